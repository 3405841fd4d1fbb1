// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_ENVELOPE_HPP
#define ANNALS_TESTING_CONTRACT_ENVELOPE_HPP

#include <annals/encoded_payload.hpp>
#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <concepts>
#include <limits>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

/// Texts that stores are known to change: quotes, controls, spaces at the ends, what looks like a number or a null.
[[nodiscard]] inline std::vector<std::string> difficult_texts() {
    return {
        "",
        " ",
        "plain",
        "trailing  ",
        "  leading",
        "o'brien",
        "say \"no\"",
        "back\\slash \\n \\u0041",
        "line\nline\r\n\ttab",
        "\x01\x1F\x7F",
        "\u00E9 e\u0301",
        "\U0001F600",
        "\uFFFE\uFFFF",
        "\u2028",
        "null",
        "0",
        "01",
        "1e400",
        "{\"a\":1}",
        "%s",
        std::string(3'000, 'x')
    };
}

template <class Fixture>
void expect_round_trip(Fixture& fixture, std::vector<NewEventOf<Fixture>> const& events) {
    EventLedger<Fixture> ledger;
    ledger.append(fixture.store(), stream_named("order-1"), ExpectedVersion::no_stream(), events);
    ledger.check(fixture.store());
    ledger.check(fixture.second_handle());
}

template <class Fixture>
void ids_come_back(Fixture& fixture) {
    auto events = make_events<Fixture>(0, 6);
    auto const set = [&events](std::size_t index, char const* text) { events[index].event_id = parse_event_id(text); };
    set(0, "00000000-0000-0000-0000-000000000001");
    set(1, "00000000-0000-0000-0000-000000000100");
    set(2, "ffffffff-ffff-ffff-ffff-ffffffffffff");
    set(3, "80000000-0000-7000-8000-000000000000");
    set(4, "27270a0d-5c00-7f00-8000-00ff00ff0027");
    expect_round_trip(fixture, events);
}

template <class Fixture>
void times_come_back(Fixture& fixture) {
    using std::chrono::microseconds;
    std::vector<Timestamp> const times{
        annals::detail::first_timestamp,
        Timestamp{microseconds{-86'400'000'000'001}},
        Timestamp{microseconds{-1'500'000}},
        Timestamp{microseconds{-1}},
        Timestamp{microseconds{0}},
        Timestamp{microseconds{1}},
        parse_timestamp("2010-12-01T08:26:00.123456Z"),
        parse_timestamp("2038-01-19T03:14:08.000001Z"),
        annals::detail::end_of_timestamps - microseconds{1},
    };
    auto events = make_events<Fixture>(0, times.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        events[i].timestamp = times[i];
    }
    expect_round_trip(fixture, events);
}

template <class Fixture>
void metadata_fields_come_back(Fixture& fixture) {
    auto events = make_events<Fixture>(0, 6);
    events[0].metadata = {"correlation", "causation", "user", {{"tenant", "acme"}, {"ip", "::1"}}};
    events[1].metadata.correlation_id = "only a correlation";
    events[2].metadata.causation_id = "only a causation";
    events[3].metadata.user = "only a user";
    events[4].metadata.extra = {{"only", "free keys"}, {"Only", "kept apart"}, {"correlation", "not the field"}};
    expect_round_trip(fixture, events);
}

template <class Fixture>
void metadata_texts_come_back(Fixture& fixture) {
    auto const texts = difficult_texts();
    auto events = make_events<Fixture>(0, texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        std::string const& text = texts[i];
        events[i].metadata = {text, text, text, {{"key", text}}};
        if (annals::detail::is_printable_utf8(text) && !text.empty() && text.size() <= limits::max_name_bytes) {
            events[i].metadata.extra[text] = text;
        }
    }
    expect_round_trip(fixture, events);
}

template <class Fixture>
void payloads_come_back(Fixture& fixture) {
    expect_round_trip(fixture, make_events<Fixture>(0, 300));
}

template <class Fixture>
void encoded_texts_come_back(Fixture& fixture) {
    std::vector<NewEvent<EncodedPayload>> events;
    for (std::string const& text : difficult_texts()) {
        events.push_back(make_event<Fixture>(events.size()));
        events.back().payload.data = text;
    }
    for (char const* type : {"o'brien", "Order Created ", "\u00E9", "1", "a::b<c>"}) {
        events.push_back(make_event<Fixture>(events.size()));
        events.back().payload = {type, (std::numeric_limits<std::int32_t>::max)(), R"({"b":1e2, "a":[],"a":"\u00e9"})"};
    }
    expect_round_trip(fixture, events);
}

} // namespace detail

/// Events come back as they were sent.
template <EventStoreFixture Fixture>
inline constexpr std::array envelope_contract{
    detail::rule<Fixture, &detail::ids_come_back<Fixture>>("event ids come back as they were sent"),
    detail::rule<Fixture, &detail::times_come_back<Fixture>>("times come back to the microsecond, from year 1 to 9999"),
    detail::rule<Fixture, &detail::metadata_fields_come_back<Fixture>>("metadata comes back with all its fields"),
    detail::rule<Fixture, &detail::metadata_texts_come_back<Fixture>>("texts in metadata come back byte by byte"),
    detail::rule<Fixture, &detail::payloads_come_back<Fixture>>("payloads come back as they were sent"),
};

/// The same for stores of `EncodedPayload`, which must not touch the text of the codec.
template <EventStoreFixture Fixture>
    requires std::same_as<typename Fixture::store_type::payload_type, EncodedPayload>
inline constexpr std::array encoded_envelope_contract{
    detail::rule<Fixture, &detail::encoded_texts_come_back<Fixture>>("encoded payloads come back byte by byte"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_ENVELOPE_HPP
