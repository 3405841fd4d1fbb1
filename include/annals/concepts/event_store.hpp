// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_EVENT_STORE_HPP
#define ANNALS_CONCEPTS_EVENT_STORE_HPP

#include <annals/append.hpp>
#include <annals/event_filter.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace annals {

/// For `read_all`: no limit.
inline constexpr std::size_t all_events = (std::numeric_limits<std::size_t>::max)();

/// A range that hands out stored events, one after another.
template <class R, class Payload>
concept EventRangeOf = std::move_constructible<R> && requires(R& range) {
    { *range.begin() } -> std::same_as<SourcedEvent<Payload> const&>;
    { range.begin() == range.end() } -> std::convertible_to<bool>;
};

/// A place that keeps streams of events, and all of them in one order.
///
/// **Streams.** A stream is a `StreamName`; the versions of its events are 1, 2, 3, ... without holes.
///
/// **append** writes all events of a commit, to one or several streams, or none of them, and returns when they are
/// as durable as the store's page says. It throws
/// - `InvalidInput` if `require_valid` refuses the commit,
/// - `ConcurrencyError` if a stream is not as expected,
/// - `IdempotencyMismatch` if an event id is known with other content,
/// - `StoreError` or `CorruptData` if the store fails; after each of these nothing was written;
/// - `AppendOutcomeUnknown` if the store cannot know whether the commit was made.
///
/// An append whose event ids are all stored, by one earlier append with the same content, is a success that writes
/// nothing and says `already_appended`, whatever has been appended since.
///
/// **get_events** hands out the events of a stream with a version above `after`, oldest first; it throws
/// `CorruptData` rather than leave one out. **read_all** hands out the events of all streams with a position above
/// `after`, at most `limit` of them, in the order of their positions, which is the order in which they were
/// settled: once it has handed out a position, nothing will ever appear below it. Both hand out what was stored
/// when they were called, and may be followed while others append. Neither holds more than a page in memory.
///
/// **stream_version** is the version of the stream's last event, 0 if it has none. **head** is the position up to
/// which `read_all` would read now. **get_all_events** is `read_all` from the start without a limit.
///
/// A store may be used from several threads at once; a range belongs to one thread, and must not outlive its store.
///
/// Models: InMemoryEventStore, SqliteEventStore, PostgresEventStore. What the compiler cannot check,
/// `annals/testing/event_store_contract.hpp` does.
template <class S>
concept EventStore = requires(
    S& store,
    S const& view,
    StreamName const& stream,
    ExpectedVersion expected,
    std::span<NewEvent<typename S::payload_type> const> events,
    std::span<StreamAppend<typename S::payload_type> const> commit,
    Version version,
    Position position,
    std::size_t limit
) {
    typename S::payload_type;
    { store.append(stream, expected, events) } -> std::same_as<AppendResult>;
    { store.append(commit) } -> std::same_as<std::vector<AppendResult>>;
    { view.get_events(stream, version) } -> EventRangeOf<typename S::payload_type>;
    { view.read_all(position, limit) } -> EventRangeOf<typename S::payload_type>;
    { view.get_all_events() } -> EventRangeOf<typename S::payload_type>;
    { view.stream_version(stream) } -> std::same_as<Version>;
    { view.head() } -> std::same_as<Position>;
};

/// An event store that leaves out what a reader of the log does not want, where the events are: what is passed over
/// is not sent.
///
/// **read_all** with a filter hands out what the filter admits of that which it would hand out without, in the same
/// order and at the same positions; `limit` counts what is handed out. Names are compared byte by byte. That an event
/// is missing from the log is found only by reading without a filter.
///
/// Models: InMemoryEventStore, SqliteEventStore, PostgresEventStore, and the transactions of both databases.
template <class S>
concept FilteringEventStore =
    EventStore<S> && requires(S const& view, Position position, std::size_t limit, EventFilter const& filter) {
        { view.read_all(position, limit, filter) } -> EventRangeOf<typename S::payload_type>;
    };

} // namespace annals

#endif // ANNALS_CONCEPTS_EVENT_STORE_HPP
