// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_NAMES_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_NAMES_HPP

#include <tests/contract/broken/broken_event_store.hpp>

#include <cstdlib>
#include <string>

namespace annals_tests {

[[nodiscard]] inline std::string in_lower_case(std::string text) {
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

[[nodiscard]] inline std::string replaced(std::string text, std::string const& from, std::string const& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// A defect that finds streams by a changed id.
template <class Change>
[[nodiscard]] std::function<void(Steps&)> finds_streams_by(Change change) {
    return [change](Steps& steps) {
        steps.key = [change](annals::StreamName const& stream) {
            return stream.aggregate_type() + '\0' + change(stream.aggregate_id());
        };
    };
}

[[nodiscard]] inline std::vector<BrokenEventStore> broken_names() {
    return {
        {"confuses types",
         [](Steps& steps) { steps.key = [](annals::StreamName const& stream) { return stream.aggregate_id(); }; },
         {"equal ids of different types are different streams"}},
        {"joins type and id",
         [](Steps& steps) { steps.key = [](annals::StreamName const& stream) { return to_text(stream); }; },
         {"equal ids of different types are different streams"}},
        {"folds case",
         finds_streams_by(&in_lower_case),
         {"names that differ in case are different streams", "64 names that look alike are 64 streams"}},
        {"folds the case of types",
         [](Steps& steps) {
             steps.key = [](annals::StreamName const& stream) {
                 return in_lower_case(stream.aggregate_type()) + '\0' + stream.aggregate_id();
             };
         },
         {"types of aggregates are told apart by every byte too"}},
        {"trims spaces at the end",
         finds_streams_by([](std::string id) {
             id.erase(id.find_last_not_of(' ') + 1);
             return id;
         }),
         {"names that differ in spaces are different streams", "64 names that look alike are 64 streams"}},
        {"doubles quotes on the way in, not on the way out",
         finds_streams_by([](std::string id) { return replaced(std::move(id), "''", "'"); }),
         {"quotes, wildcards and SQL in names are plain text"}},
        {"finds streams with LIKE",
         finds_streams_by([](std::string id) { return replaced(std::move(id), "%", "_"); }),
         {"quotes, wildcards and SQL in names are plain text"}},
        {"takes digits for a number",
         finds_streams_by([](std::string const& id) {
             char* end = nullptr;
             double const number = std::strtod(id.c_str(), &end);
             return end == id.c_str() + id.size() ? std::to_string(number) : id;
         }),
         {"names that look like the same number are different streams"}},
        {"composes letters",
         finds_streams_by([](std::string id) { return replaced(std::move(id), "e\u0301", "\u00E9"); }),
         {"names that look alike in Unicode are different streams"}},
        {"cuts names at 254 bytes",
         finds_streams_by([](std::string const& id) { return id.substr(0, 254); }),
         {"names of 255 bytes are told apart by the last one"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_NAMES_HPP
