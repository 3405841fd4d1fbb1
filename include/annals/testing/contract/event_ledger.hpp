// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_EVENT_LEDGER_HPP
#define ANNALS_TESTING_CONTRACT_EVENT_LEDGER_HPP

#include <annals/stream_error.hpp>
#include <annals/testing/contract/expect.hpp>
#include <annals/testing/event_store_fixture.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::testing::detail {

template <class Fixture>
using StoreOf = typename Fixture::store_type;
template <class Fixture>
using PayloadOf = typename StoreOf<Fixture>::payload_type;
template <class Fixture>
using NewEventOf = NewEvent<PayloadOf<Fixture>>;
template <class Fixture>
using EventOf = SourcedEvent<PayloadOf<Fixture>>;
template <class Fixture>
using AppendOf = StreamAppend<PayloadOf<Fixture>>;

[[nodiscard]] inline StreamName stream_named(std::string id) { return StreamName{"Order", std::move(id)}; }

/// The n-th event: a fresh id, and a time and a payload of its own.
template <class Fixture>
[[nodiscard]] NewEventOf<Fixture> make_event(std::size_t n) {
    constexpr Timestamp start = std::chrono::sys_days{std::chrono::year{2024} / 2 / 29};
    return {
        new_event_id(),
        start + std::chrono::microseconds{1'000'001} * static_cast<std::int64_t>(n),
        {},
        Fixture::payload(n)
    };
}

template <class Fixture>
[[nodiscard]] std::vector<NewEventOf<Fixture>> make_events(std::size_t first, std::size_t count) {
    std::vector<NewEventOf<Fixture>> events;
    events.reserve(count);
    for (std::size_t n = first; n < first + count; ++n) {
        events.push_back(make_event<Fixture>(n));
    }
    return events;
}

/// Copies what a range hands out.
template <class Range>
[[nodiscard]] auto read(Range range) {
    std::vector<typename Range::value_type> events;
    for (auto const& event : range) {
        events.push_back(event);
    }
    return events;
}

/// Checks one stored event against what was sent.
template <class Fixture>
void expect_stored_as(
    EventOf<Fixture> const& stored, NewEventOf<Fixture> const& sent, StreamName const& stream, Version version
) {
    bool const is_same = stored.stream == stream && stored.version == version && stored.event_id == sent.event_id &&
                         stored.timestamp == sent.timestamp && stored.metadata == sent.metadata &&
                         Fixture::is_same_payload(stored.payload, sent.payload);
    if (is_same) {
        return;
    }
    std::string const where =
        "of the event stored for '" + to_text(stream) + "', version " + to_text(version) + ": the ";
    expect_equal(where + "aggregate type", stored.aggregate_type(), stream.aggregate_type());
    expect_equal(where + "aggregate id", stored.aggregate_id(), stream.aggregate_id());
    expect_equal(where + "version", stored.version, version);
    expect_equal(where + "event id", stored.event_id, sent.event_id);
    expect_equal(where + "time", stored.timestamp, sent.timestamp);
    expect_equal(where + "metadata", stored.metadata, sent.metadata);
    throw ContractViolation{where + "payload is not the one sent"};
}

/// Keeps book of all that a store has acknowledged, so that the store can be compared with it at any time.
///
/// A refused append writes nothing exactly if the comparison holds after it.
template <class Fixture>
class EventLedger {
    using Store = StoreOf<Fixture>;
    using NewEvents = std::vector<NewEventOf<Fixture>>;

public:
    /// Appends events, and checks that the result tells where they must stand now.
    AppendResult append(Store& store, StreamName const& stream, ExpectedVersion expected, NewEvents const& events) {
        AppendResult const result = store.append(stream, expected, events);
        record(AppendOf<Fixture>{stream, expected, events}, result);
        return result;
    }

    /// The same for a commit to several streams.
    std::vector<AppendResult> append(Store& store, std::vector<AppendOf<Fixture>> const& commit) {
        auto const results = store.append(std::span{commit});
        expect_equal("the number of results of a commit", results.size(), commit.size());
        for (std::size_t i = 0; i < commit.size(); ++i) {
            record(commit[i], results[i]);
        }
        return results;
    }

    /// Checks that the store refuses the append with `Error`, and writes nothing.
    template <class Error>
    Error expect_refused(
        std::string_view error_name, std::string_view what, Store& store, std::vector<AppendOf<Fixture>> const& commit
    ) const {
        Error const error =
            expect_throw<Error>(error_name, what, [&] { static_cast<void>(store.append(std::span{commit})); });
        check(store);
        return error;
    }
    template <class Error>
    Error expect_refused(
        std::string_view error_name,
        std::string_view what,
        Store& store,
        StreamName const& stream,
        ExpectedVersion expected,
        NewEvents const& events
    ) const {
        Error const error =
            expect_throw<Error>(error_name, what, [&] { static_cast<void>(store.append(stream, expected, events)); });
        check(store);
        return error;
    }

    /// Checks that `store` holds what was acknowledged, in that order, and nothing else.
    void check(Store const& store) const {
        std::size_t count = 0;
        Position last;
        for (EventOf<Fixture> const& event : store.read_all()) {
            expect(count < log_.size(), "read_all hands out no more events than were appended");
            Entry const& entry = log_[count];
            expect_stored_as<Fixture>(event, entry.event, entry.stream, entry.version);
            if (!(last < event.position)) {
                throw ContractViolation{
                    "position " + to_text(event.position) + " comes after " + to_text(last) + ", positions must grow"
                };
            }
            last = event.position;
            if (entry.acknowledged_position != Position{}) {
                expect_equal("the position of an event, told by its append,", entry.acknowledged_position, last);
            }
            ++count;
        }
        expect_equal("the number of events in the store", count, log_.size());
        for (auto const& [stream, entries] : streams_) {
            check_stream(store, stream, entries);
        }
    }

    /// The events of the store in their order.
    [[nodiscard]] std::size_t size() const noexcept { return log_.size(); }

private:
    struct Entry {
        StreamName stream;
        Version version;
        NewEventOf<Fixture> event;
        Position acknowledged_position; ///< of the last event of an append only
    };

    void record(AppendOf<Fixture> const& part, AppendResult const& result) {
        auto& entries = streams_[part.stream];
        for (auto const& event : part.events) {
            entries.push_back(log_.size());
            log_.push_back({part.stream, Version{static_cast<std::int64_t>(entries.size())}, event, Position{}});
        }
        std::string const of = " in the result of an append to '" + to_text(part.stream) + "'";
        expect_equal("the version" + of, result.version, Version{static_cast<std::int64_t>(entries.size())});
        expect_equal("already_appended" + of, result.already_appended, false);
        if (part.events.empty()) {
            expect_equal("the position" + of + " without events", result.position, Position{});
        } else {
            expect(result.position != Position{}, "a position" + of);
            log_.back().acknowledged_position = result.position;
        }
    }

    void check_stream(Store const& store, StreamName const& stream, std::vector<std::size_t> const& entries) const {
        expect_equal(
            "the version of stream '" + to_text(stream) + "'",
            store.stream_version(stream),
            Version{static_cast<std::int64_t>(entries.size())}
        );
        std::size_t count = 0;
        for (EventOf<Fixture> const& event : store.get_events(stream)) {
            expect(count < entries.size(), "get_events hands out no more events than the stream has");
            Entry const& entry = log_[entries[count]];
            expect_stored_as<Fixture>(event, entry.event, stream, entry.version);
            ++count;
        }
        expect_equal("the number of events of stream '" + to_text(stream) + "'", count, entries.size());
    }

    std::vector<Entry> log_;
    std::map<StreamName, std::vector<std::size_t>> streams_;
};

} // namespace annals::testing::detail

#endif // ANNALS_TESTING_CONTRACT_EVENT_LEDGER_HPP
