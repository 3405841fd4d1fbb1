// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_ENVELOPE_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_ENVELOPE_HPP

#include <tests/contract/broken/broken_event_store.hpp>
#include <tests/contract/broken/names.hpp>

#include <algorithm>
#include <chrono>
#include <limits>

namespace annals_tests {

/// A defect that changes events on their way to the disk and back.
template <class Change>
[[nodiscard]] std::function<void(Steps&)> keeps(Change change) {
    return [change](Steps& steps) { steps.keep = change; };
}

/// A defect that cuts times to multiples of `Unit`, towards 1970.
template <class Unit>
[[nodiscard]] std::function<void(Steps&)> cuts_times_to() {
    return keeps([](Event& event) {
        event.timestamp =
            std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::time_point_cast<Unit>(event.timestamp)
            );
    });
}

[[nodiscard]] inline std::vector<BrokenEventStore> broken_envelopes() {
    std::string_view const times = "times come back to the microsecond, from year 1 to 9999";
    std::string_view const fields = "metadata comes back with all its fields";
    std::string_view const texts = "texts in metadata come back byte by byte";
    std::string_view const encoded = "encoded payloads come back byte by byte";
    return {
        {"reads ids as text that ends at a zero",
         keeps([](Event& event) {
             std::fill(
                 std::find(event.event_id.begin(), event.event_id.end(), 0), event.event_id.end(), std::uint8_t{0}
             );
         }),
         {"event ids come back as they were sent"}},
        {"keeps milliseconds", cuts_times_to<std::chrono::milliseconds>(), {times}},
        {"keeps seconds", cuts_times_to<std::chrono::seconds>(), {times}},
        {"knows no time before 1970",
         keeps([](Event& event) { event.timestamp = (std::max)(event.timestamp, annals::Timestamp{}); }),
         {times}},
        {"keeps nanoseconds in 64 bits",
         keeps([](Event& event) {
             auto const nanos = static_cast<std::uint64_t>(event.timestamp.time_since_epoch().count()) * 1'000;
             event.timestamp = annals::Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(nanos) / 1'000}};
         }),
         {times}},
        {"keeps seconds in 32 bits",
         keeps([](Event& event) {
             std::int64_t const seconds = event.timestamp.time_since_epoch().count() / 1'000'000;
             auto const micros = event.timestamp.time_since_epoch() % std::chrono::seconds{1};
             event.timestamp = annals::Timestamp{std::chrono::seconds{static_cast<std::int32_t>(seconds)} + micros};
         }),
         {times}},
        {"loses metadata", keeps([](Event& event) { event.metadata = {}; }), {fields, texts}},
        {"keeps one free key",
         keeps([](Event& event) {
             while (event.metadata.extra.size() > 1) {
                 event.metadata.extra.erase(std::prev(event.metadata.extra.end()));
             }
         }),
         {fields}},
        {"takes the correlation for the causation",
         keeps([](Event& event) { event.metadata.causation_id = event.metadata.correlation_id; }),
         {fields}},
        {"folds the case of free keys",
         keeps([](Event& event) {
             decltype(event.metadata.extra) extra;
             for (auto const& [key, value] : event.metadata.extra) {
                 extra.emplace(in_lower_case(key), value);
             }
             event.metadata.extra = extra;
         }),
         {fields}},
        {"drops empty values",
         keeps([](Event& event) {
             std::erase_if(event.metadata.extra, [](auto const& entry) { return entry.second.empty(); });
         }),
         {texts}},
        {"trims metadata",
         keeps([](Event& event) { event.metadata.user.erase(event.metadata.user.find_last_not_of(' ') + 1); }),
         {texts}},
        {"has other line ends",
         keeps([](Event& event) { event.metadata.user = replaced(event.metadata.user, "\r\n", "\n"); }),
         {texts}},
        {"decodes escapes twice",
         keeps([](Event& event) { event.metadata.user = replaced(event.metadata.user, "\\n", "\n"); }),
         {texts}},
        {"keeps the first payload it was given",
         keeps([](Event& event) { event.payload.data = "{\"n\":0}"; }),
         {"payloads come back as they were sent"}},
        {"forgets the types of payloads",
         keeps([](Event& event) { event.payload.type = "event"; }),
         {"payloads come back as they were sent"}},
        {"writes JSON its own way",
         keeps([](Event& event) { event.payload.data = replaced(event.payload.data, ", ", ","); }),
         {encoded}},
        {"keeps schema versions in 16 bits",
         keeps([](Event& event) {
             event.payload.schema_version = static_cast<std::int16_t>(event.payload.schema_version);
         }),
         {encoded}},
        {"takes empty data for none",
         keeps([](Event& event) { event.payload.data = event.payload.data.empty() ? "null" : event.payload.data; }),
         {encoded}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_ENVELOPE_HPP
