// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_PROJECTION_HPP
#define ANNALS_SQLITE_PROJECTION_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/sqlite/checkpoint_store.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::sqlite {

/// A projection whose read model lives in the store's own file: `handle` gets the transaction that also moves the
/// checkpoint.
template <class P, class Event>
concept TransactionalProjection = requires(P& projection, SourcedEvent<Event> const& event, Transaction& transaction) {
    projection.handle(event, transaction);
};

namespace detail {

/// @throws HistoryDiverged  if the event that the checkpoint names is not at its position
inline void require_same_history(Connection& connection, Checkpoint const& checkpoint, std::string_view name) {
    Rows rows = connection.query("SELECT event_id FROM events WHERE position = ?1", checkpoint.position.first());
    if (!rows.next() || id_from_bytes(rows.text(0)) != checkpoint.event_id) {
        throw HistoryDiverged{
            "annals: the checkpoint of projection '" + std::string{name} + "' is of another history of this store"
        };
    }
}

} // namespace detail

/// Brings the projection `name` up to date, exactly once: read model and checkpoint move in one transaction.
///
/// Hands it every event of `Event` after its checkpoint, in global order, `batch` events (of any type) a transaction;
/// events whose types `Event` does not name are passed over. After a crash, or if two run it at once, each event
/// counts once. `annals::sqlite::project<OrderEvent>(store, "order-report", report);`
///
/// @returns the checkpoint now; nothing if there are no events yet
/// @throws HistoryDiverged  if the file was replaced by another, or restored from an older one
/// @throws DecodeError      and what the store or `handle` throw; that batch is undone, those before it are done
template <class Event, TransactionalProjection<Event> P>
std::optional<Checkpoint>
project(SqliteEventStore& store, std::string_view name, P& projection, std::size_t batch = 500) {
    require_name("projection name", name);
    if (batch == 0) {
        throw UsageError{"annals: a projection needs batches of at least one event"};
    }
    typename DefaultEventCodec<Event>::type const codec{};
    std::vector<detail::Event> page;
    while (true) {
        auto const checkpoint = store.transact([&](Transaction& transaction) {
            auto const from = SqliteCheckpointStore::load_in(transaction, name);
            if (from) {
                detail::require_same_history(transaction.connection(), *from, name);
            }
            Checkpoint to = from.value_or(Checkpoint{});
            detail::read_log(transaction.connection(), to.position.first(), detail::no_bound, batch, page);
            for (detail::Event const& event : page) {
                if (codec.knows(event.payload.type)) {
                    projection.handle(
                        SourcedEvent<Event>{
                            event.event_id,
                            event.stream,
                            event.version,
                            event.position,
                            event.timestamp,
                            event.metadata,
                            codec.decode(event)
                        },
                        transaction
                    );
                }
            }
            if (page.empty()) {
                return from;
            }
            to.position = page.back().position;
            to.event_id = page.back().event_id;
            SqliteCheckpointStore::advance_in(transaction, name, from, to);
            return std::optional{to};
        });
        if (page.empty()) {
            return checkpoint;
        }
    }
}

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_PROJECTION_HPP
