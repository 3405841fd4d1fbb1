// SPDX-License-Identifier: MIT

#include <annals/decoded_events.hpp>
#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

using namespace annals;

namespace {

/// A store with these payloads in one stream, all with envelopes of their own.
struct Log {
    explicit Log(std::vector<EncodedPayload> const& payloads) {
        for (EncodedPayload const& payload : payloads) {
            sent.push_back(
                {new_event_id(), Timestamp{std::chrono::seconds{sent.size()}}, {"request", "", "ada", {}}, payload}
            );
        }
        store.append(stream, ExpectedVersion::any(), std::span{std::as_const(sent)});
    }
    StreamName stream{"Account", "a-1"};
    std::vector<NewEvent<EncodedPayload>> sent;
    InMemoryEventStore<EncodedPayload> store;
};

template <class Range>
std::vector<bank::Event> payloads_of(Range range) {
    std::vector<bank::Event> payloads;
    for (SourcedEvent<bank::Event> const& event : range) {
        payloads.push_back(event.payload);
    }
    return payloads;
}

} // namespace

TEST_CASE("decoded events: the envelope is kept and the payload decoded") {
    Log const log{{{"Opened", 1, "Ada"}, {"Deposited", 1, "5"}}};
    std::size_t i = 0;
    for (SourcedEvent<bank::Event> const& event : decode_events(log.store.get_all_events(), bank::TextCodec{})) {
        CHECK(event.event_id == log.sent[i].event_id);
        CHECK(event.timestamp == log.sent[i].timestamp);
        CHECK(event.metadata == log.sent[i].metadata);
        CHECK(event.stream == log.stream);
        CHECK(event.aggregate_type() == "Account");
        CHECK(event.aggregate_id() == "a-1");
        ++i;
        CHECK(event.version == Version{static_cast<std::int64_t>(i)});
        CHECK(event.position == Position{static_cast<std::int64_t>(i)});
        CHECK(event.payload.index() == i - 1);
    }
    CHECK(i == 2);
}

TEST_CASE("decoded events: an unknown type is refused or skipped wherever it stands") {
    EncodedPayload const known{"Deposited", 1, "5"};
    EncodedPayload const foreign{"Foreign", 1, "x"};
    std::vector<std::vector<EncodedPayload>> const logs{
        {foreign, known, known},
        {known, foreign, known},
        {known, known, foreign},
        {known, foreign, foreign, known},
        {foreign, foreign, known, known, foreign, foreign},
    };
    for (auto const& payloads : logs) {
        Log const log{payloads};
        CHECK_THROWS_AS(payloads_of(decode_events(log.store.get_all_events(), bank::TextCodec{})), UnknownEventType);
        auto const seen =
            payloads_of(decode_events(log.store.get_all_events(), bank::TextCodec{}, UnknownEvents::skip));
        CHECK(seen == std::vector<bank::Event>{bank::Deposited{5}, bank::Deposited{5}});
    }
}

TEST_CASE("decoded events: nothing but unknown types is nothing") {
    Log const log{{{"Foreign", 1, "x"}, {"Foreign", 1, "y"}}};
    CHECK(payloads_of(decode_events(log.store.get_all_events(), bank::TextCodec{}, UnknownEvents::skip)).empty());
    InMemoryEventStore<EncodedPayload> const empty;
    CHECK(payloads_of(decode_events(empty.get_all_events(), bank::TextCodec{})).empty());
}

TEST_CASE("decoded events: a payload that does not fit is refused even if unknown types are skipped") {
    Log const log{{{"Deposited", 1, "5"}, {"Deposited", 1, "five"}}};
    std::vector<bank::Event> seen;
    auto const walk = [&] {
        for (auto const& event : decode_events(log.store.get_all_events(), bank::TextCodec{}, UnknownEvents::skip)) {
            seen.push_back(event.payload);
        }
    };
    CHECK_THROWS_AS(walk(), DecodeError);
    CHECK(seen.size() == 1);
}

TEST_CASE("decoded events: they are decoded as they are walked") {
    Log const log{{{"Deposited", 1, "5"}, {"Deposited", 1, "five"}}};
    auto range = decode_events(log.store.get_all_events(), bank::TextCodec{});
    auto at = range.begin();
    CHECK(at->payload == bank::Event{bank::Deposited{5}});
    CHECK_THROWS_AS(++at, DecodeError);
}
