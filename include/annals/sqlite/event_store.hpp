// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_EVENT_STORE_HPP
#define ANNALS_SQLITE_EVENT_STORE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/sqlite/detail/append_watch.hpp>
#include <annals/sqlite/detail/checkpoint_rows.hpp>
#include <annals/sqlite/detail/group_commit.hpp>
#include <annals/sqlite/detail/truncate.hpp>
#include <annals/sqlite/event_reader.hpp>
#include <annals/sqlite/reader.hpp>
#include <annals/sqlite/snapshot_store.hpp>
#include <annals/sqlite/transaction.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace annals {

/// Keeps events in an SQLite file: embedded, durable, shared by threads and processes.
///
/// It keeps the whole append contract (see `EventStore`). An append is one `BEGIN IMMEDIATE` transaction in a
/// write-ahead log with `synchronous=FULL`: what it acknowledges survives a crash of the process and a power cut
/// (`sqlite::Options` has a weaker mode). The database itself refuses to change or delete an event, and each row
/// carries a checksum that is verified whenever it is read. Threads that append at once share a transaction, and the
/// sync of the disk, and each still gets an outcome of its own.
///
/// All members may be called from several threads at once, and several processes may have the file open; they wait
/// for one another up to `Options::busy_timeout` and then throw a transient `StoreError`. Not across a fork: open
/// the store in the process that uses it (`UsageError`). A copy is a second handle to the same connections. Ranges
/// keep the connections alive and hold one page, at most 250 events, of memory.
///
/// An append or the start of a read costs O(log n) in the number of stored events. SQLite 3.37 or later.
class SqliteEventStore : public sqlite::EventReader {
public:
    using transaction_type = sqlite::Transaction;

    /// Opens the file, or makes it. `:memory:` is a database that lives as long as the store.
    ///
    /// @throws StoreError   if it cannot be opened or written
    /// @throws CorruptData  if it is no database, damaged, or its tables are not those of an event store
    explicit SqliteEventStore(std::string path, sqlite::Options const& options = {})
        : SqliteEventStore{std::make_shared<sqlite::detail::Database>(std::move(path), options)} {}

    /// Appends to one stream. See `EventStore`.
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        StreamAppend<EncodedPayload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        require_valid(commit);
        PayloadTransform const* const payloads = source().payloads();
        detail::SealedCommit const sealed{payloads, commit};
        return appends_->append(sealed.commit(), payloads);
    }

    /// The same store, whose data is handed out as it stands in the file, and taken so.
    [[nodiscard]] SqliteEventStore as_stored() const { return {{database(), nullptr}, appends_}; }

    /// Reads all that is stored and compares it with itself: SQLite's own integrity check, each event, truncation
    /// and checkpoint with its checksum. O(n); others may use the store meanwhile.
    ///
    /// A damaged event is found whenever it is read. What only this finds is damage to an index, which can hide the end
    /// of a stream. Run it after restoring a backup, and now and then.
    /// @throws CorruptData  for the first damage found
    void verify() const {
        database()->with_reader([](sqlite::detail::Connection& connection) {
            if (auto rows = connection.query("PRAGMA integrity_check(1)"); !rows.next() || rows.text(0) != "ok") {
                throw CorruptData{"SQLite's integrity check has found damage"};
            }
            for (auto rows = connection.query("SELECT * FROM checkpoints"); rows.next();) {
                static_cast<void>(sqlite::detail::checkpoint_of(rows));
            }
            sqlite::detail::check_truncations(connection);
        });
        for (auto const& event : as_stored().read_all()) {
            static_cast<void>(event); // reading it has checked it
        }
    }

    /// Runs `work` in a write transaction on the store's file: what it appends there and what it writes to other tables
    /// is committed together when it returns, and rolled back when it throws.
    ///
    /// Appends of other threads and processes wait meanwhile; `work` must append through the transaction, not this
    /// store.
    /// @param work  is called with a `sqlite::Transaction&`; what it returns is returned
    /// @throws StoreError            transient if it could not begin in time
    /// @throws AppendOutcomeUnknown  if the commit fails in a way that leaves open whether it was made
    template <class Work>
    auto transact(Work&& work) {
        return with_writer([&](sqlite::detail::Connection& connection) {
            sqlite::Transaction transaction{connection, source().payloads()};
            if constexpr (std::is_void_v<std::invoke_result_t<Work&, sqlite::Transaction&>>) {
                work(transaction);
                transaction.commit();
            } else {
                auto result = work(transaction);
                transaction.commit();
                return result;
            }
        });
    }

    /// Calls `work` with a `sqlite::Reader&`, for queries of read models; what it returns is returned.
    /// @throws StoreError  if the file cannot be read
    template <class Work>
    auto read(Work&& work) const {
        return database()->with_reader([&](sqlite::detail::Connection& connection) {
            sqlite::Reader reader{connection};
            return work(reader);
        });
    }

    /// Takes the content of all events of the stream before version `first` away, for good. See
    /// `TruncatableEventStore`. O(events that go); others may use the store meanwhile.
    ///
    /// It is overwritten in the file, and in its write-ahead log, when this returns; copies of the file have it. In a
    /// file that an earlier version of the library has made, some of it may stand in free space until a `VACUUM`.
    /// @throws UsageError    if the stream's last event is before `first`
    /// @throws InvalidInput  if the reason breaks the limits of names
    /// @throws StoreError, AppendOutcomeUnknown  if it was cut short, also if others read for too long: call it again
    void truncate_before(StreamName const& stream, Version first, std::string_view reason) {
        transact([&](sqlite::Transaction& in) {
            Version const last = sqlite::detail::stream_version(in.connection(), stream);
            detail::require_can_truncate(stream, first, last, reason);
            sqlite::detail::allow(in.connection(), stream, first, reason);
        });
        sqlite::detail::truncate_all(*this, stream, first);
    }

    /// The same for all events but the last, and nothing is appended to the stream any more.
    /// @throws StreamNotFound  if it has no events; and what `truncate_before` throws
    void tombstone(StreamName const& stream, std::string_view reason) {
        Version const last = transact([&](sqlite::Transaction& in) {
            Version const end = sqlite::detail::end(in.connection(), stream);
            detail::require_can_truncate(stream, end, end, reason);
            sqlite::detail::allow(in.connection(), stream, end, reason);
            return end;
        });
        sqlite::detail::truncate_all(*this, stream, last);
    }

    /// All truncations so far, oldest first.
    [[nodiscard]] std::vector<Truncation> truncations() const {
        return database()->with_reader([](sqlite::detail::Connection& connection) {
            return sqlite::detail::truncations(connection);
        });
    }

    /// For runners: waits until events may have been appended, by other processes too. @see AppendHint
    [[nodiscard]] sqlite::detail::AppendWatch append_hint() const { return sqlite::detail::AppendWatch{*database()}; }

    /// The snapshots kept beside the events. They are encoded, so one store serves all types of state.
    template <class State = void>
    [[nodiscard]] SqliteSnapshotStore snapshot_store() const {
        return SqliteSnapshotStore{source()};
    }

    /// For the library's other classes on the same file.
    [[nodiscard]] std::shared_ptr<sqlite::detail::Database> const& database() const noexcept {
        return source().database();
    }

private:
    explicit SqliteEventStore(std::shared_ptr<sqlite::detail::Database> const& database)
        : SqliteEventStore{{database, database->payloads()}, std::make_shared<sqlite::detail::GroupCommit>(*database)} {
    }
    SqliteEventStore(sqlite::detail::Source source, std::shared_ptr<sqlite::detail::GroupCommit> appends)
        : EventReader{std::move(source)}, appends_{std::move(appends)} {}

    template <class Work>
    std::invoke_result_t<Work&, sqlite::detail::Connection&> with_writer(Work&& work) {
        return database()->with_writer([&](sqlite::detail::Connection& connection) {
            try {
                return work(connection);
            } catch (AppendOutcomeUnknown const&) {
                // What the connection believes is no longer sure; a new one reads the log as it is on the disk.
                database()->drop_writer();
                throw;
            }
        });
    }

    std::shared_ptr<sqlite::detail::GroupCommit> appends_;
};

static_assert(FilteringEventStore<SqliteEventStore> && TruncatableEventStore<SqliteEventStore>);

} // namespace annals

#endif // ANNALS_SQLITE_EVENT_STORE_HPP
