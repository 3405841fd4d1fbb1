// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_EVENT_STORE_HPP
#define ANNALS_POSTGRES_EVENT_STORE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/postgres/detail/group_append.hpp>
#include <annals/postgres/event_listener.hpp>
#include <annals/postgres/event_reader.hpp>
#include <annals/postgres/snapshot_store.hpp>
#include <annals/postgres/transaction.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// Keeps events in PostgreSQL 14 or later: many processes write at once, and no reader misses an event.
///
/// It keeps the whole append contract (see `EventStore`). An append is one round trip and one transaction, with
/// `synchronous_commit=on` whatever the server's default; threads that append at once share them, and each learns what
/// became of its own append. Streams are locked first, so that an append sent again waits
/// for its first try; a lost connection is answered by sending the same events again, and only when the deadline
/// passes without an answer by `AppendOutcomeUnknown`.
///
/// Positions are a sequence's numbers, drawn concurrently; `read_all` hands them out up to the frontier, below which
/// nothing will appear any more (see `docs/adr`). Foreign transactions, however long, do not hold it up.
///
/// All members may be called from several threads at once. Each call ends within `Options::deadline`, and a second,
/// also when the server is frozen or unreachable: by `DeadlineExceeded`, a transient `StoreError`, or, for an append
/// that was sent, `AppendOutcomeUnknown`. Not across a fork (`UsageError`). A copy is a second handle to the same pool.
class PostgresEventStore : public postgres::EventReader {
public:
    using transaction_type = postgres::Transaction;

    /// Connects, makes the tables if there are none, and checks them.
    ///
    /// @param conninfo  libpq's connection string, TLS and several hosts included; it appears in no message
    /// @throws InvalidInput             if the string or the schema's name cannot be read
    /// @throws postgres::ConnectionLost if no server answers
    /// @throws CorruptData              if the tables are not as they must be
    explicit PostgresEventStore(std::string const& conninfo, postgres::Options const& options = {})
        : EventReader{postgres::detail::Source{
              std::make_shared<postgres::detail::Database>(conninfo, options), options.payloads.get()
          }} {}

    /// Appends to one stream. See `EventStore`.
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        StreamAppend<EncodedPayload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        require_valid(commit);
        annals::detail::SealedCommit const sealed{source().payloads(), commit};
        return appends_->append(sealed.commit());
    }

    /// Takes away all events of the stream before version `first`. See `TruncatableEventStore`.
    ///
    /// It is done a thousand events at a time, each within the deadline, and takes a role with the rights of
    /// `truncate_grant_sql`. What was taken away leaves the server's files when the table is written anew (VACUUM
    /// FULL), and its backups and archived logs when they do. Truncate what all projections have handled: they are not
    /// handed it any more.
    /// @throws UsageError    if the stream has no such version; nothing was written
    /// @throws InvalidInput  if the reason breaks the limits of names; nothing was written
    /// @throws StoreError, DeadlineExceeded  if the server does not answer or refuses; call it again to go on
    void truncate_before(StreamName const& stream, Version first, std::string_view reason) {
        postgres::detail::Truncate{*database(), stream, reason}.before(first);
    }

    /// Takes away all events of the stream but the last, and ends it. See `TruncatableEventStore`.
    /// @throws StreamNotFound  if the stream has no events; and as `truncate_before`
    void tombstone(StreamName const& stream, std::string_view reason) {
        postgres::detail::Truncate{*database(), stream, reason}.and_end();
    }

    /// Runs `work` in a transaction of the store's database: what it appends there and what it writes to other tables
    /// is committed together when it returns, and rolled back when it throws.
    ///
    /// Readers of the log do not see what others append meanwhile behind the first append of `work`, so keep it short;
    /// a transaction that is idle for 10 seconds is ended by the server. `work` is called once: repeat it if the error
    /// is transient.
    /// @param work  is called with a `postgres::Transaction&`; what it returns is returned
    /// @throws AppendOutcomeUnknown  if the answer to COMMIT is lost; nothing was written after any other error
    /// @throws StoreError            if the server refuses a statement or the commit
    template <class Work>
    auto transact(Work&& work) {
        return postgres::detail::transact(source(), std::forward<Work>(work));
    }

    /// Calls `work` with a `postgres::Transaction&`, for queries of read models; what it returns is returned.
    /// @throws StoreError  if the server does not answer or refuses a statement
    template <class Work>
    auto read(Work&& work) const {
        return postgres::detail::transact(source(), std::forward<Work>(work));
    }

    /// The snapshots kept beside the events. They are encoded, so one store serves all types of state.
    template <class State = void>
    [[nodiscard]] PostgresSnapshotStore snapshot_store() const {
        return PostgresSnapshotStore{database(), source().payloads()};
    }

    /// A handle to the same store that neither seals nor opens payloads: to copy, check or publish them as they are.
    [[nodiscard]] PostgresEventStore as_stored() const {
        PostgresEventStore handle{*this};
        handle.keep_sealed();
        return handle;
    }

    /// What tells those who follow the log of appends, if `Options::notify` is set and no transaction pooler is
    /// between.
    [[nodiscard]] std::shared_ptr<postgres::EventListener> append_listener() const {
        postgres::Options const& options = database()->options();
        bool const hears = options.notify && !options.transaction_pooler;
        return hears ? std::make_shared<postgres::EventListener>(database()) : nullptr;
    }

    /// For the library's other classes on the same database.
    [[nodiscard]] std::shared_ptr<postgres::detail::Database> const& database() const noexcept {
        return shared_database();
    }

private:
    std::shared_ptr<postgres::detail::GroupAppend> appends_ =
        std::make_shared<postgres::detail::GroupAppend>(*database());
};

static_assert(FilteringEventStore<PostgresEventStore> && TruncatableEventStore<PostgresEventStore>);

} // namespace annals

#endif // ANNALS_POSTGRES_EVENT_STORE_HPP
