// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_EVENT_STORE_HPP
#define ANNALS_SQLITE_EVENT_STORE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/sqlite/detail/checkpoint_rows.hpp>
#include <annals/sqlite/detail/cursors.hpp>
#include <annals/sqlite/snapshot_store.hpp>
#include <annals/sqlite/transaction.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace annals {

/// Keeps events in an SQLite file: embedded, durable, shared by threads and processes.
///
/// It keeps the whole append contract (see `EventStore`). An append is one `BEGIN IMMEDIATE` transaction in a
/// write-ahead log with `synchronous=FULL`: what it acknowledges survives a crash of the process and a power cut
/// (`sqlite::Options` has a weaker mode). The database itself refuses to change or delete an event, and each row
/// carries a checksum that is verified whenever it is read.
///
/// All members may be called from several threads at once, and several processes may have the file open; they wait
/// for one another up to `Options::busy_timeout` and then throw a transient `StoreError`. Not across a fork: open
/// the store in the process that uses it (`UsageError`). A copy is a second handle to the same connections. Ranges
/// keep the connections alive and hold one page, at most 1,000 events, of memory.
///
/// An append or the start of a read costs O(log n) in the number of stored events. SQLite 3.37 or later.
class SqliteEventStore {
public:
    using payload_type = EncodedPayload;

    /// Opens the file, or makes it. `:memory:` is a database that lives as long as the store.
    ///
    /// @throws StoreError   if it cannot be opened or written
    /// @throws CorruptData  if it is no database, damaged, or its tables are not those of an event store
    explicit SqliteEventStore(std::string path, sqlite::Options const& options = {})
        : database_{std::make_shared<sqlite::detail::Database>(std::move(path), options)} {}

    /// Appends to one stream. See `EventStore`.
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        StreamAppend<EncodedPayload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        require_valid(commit);
        return database_->with_writer([&](sqlite::detail::Connection& connection) {
            try {
                return write(connection, commit);
            } catch (ConcurrencyError const&) {
                // Perhaps because this very commit was made before.
                if (auto earlier = find_earlier(connection, commit)) {
                    return std::move(*earlier);
                }
                throw;
            } catch (StoreError const& error) {
                auto earlier = is_constraint(error) ? find_earlier(connection, commit) : std::nullopt;
                if (earlier) {
                    return std::move(*earlier);
                }
                throw;
            } catch (AppendOutcomeUnknown const&) {
                // What the connection believes is no longer sure; a new one reads the log as it is on the disk.
                database_->drop_writer();
                throw;
            }
        });
    }

    /// The events of a stream with a version above `after`, oldest first, a page at a time.
    [[nodiscard]] EventRange<sqlite::detail::StreamCursor>
    get_events(StreamName const& stream, Version after = {}) const {
        return EventRange{sqlite::detail::StreamCursor{database_, stream, after}};
    }

    /// The events of all streams with a position above `after`, at most `limit`, in global order, a page at a time.
    [[nodiscard]] EventRange<sqlite::detail::LogCursor>
    read_all(Position after = {}, std::size_t limit = all_events) const {
        return EventRange{sqlite::detail::LogCursor{database_, after, limit}};
    }

    /// The events of all streams, in global order, a page at a time.
    [[nodiscard]] EventRange<sqlite::detail::LogCursor> get_all_events() const { return read_all(); }

    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        return database_->with_reader([&](sqlite::detail::Connection& connection) {
            return sqlite::detail::stream_version(connection, stream);
        });
    }

    /// The position of the last event.
    [[nodiscard]] Position head() const {
        return database_->with_reader([](sqlite::detail::Connection& connection) {
            return Position{sqlite::detail::head(connection)};
        });
    }

    /// Reads all that is stored and compares it with itself: SQLite's own integrity check, each event and each
    /// checkpoint with its checksum. O(n); others may use the store meanwhile.
    ///
    /// A damaged event is found whenever it is read. What only this finds is damage to an index, which can hide the end
    /// of a stream. Run it after restoring a backup, and now and then.
    /// @throws CorruptData  for the first damage found
    void verify() const {
        database_->with_reader([](sqlite::detail::Connection& connection) {
            if (auto rows = connection.query("PRAGMA integrity_check(1)"); !rows.next() || rows.text(0) != "ok") {
                throw CorruptData{"SQLite's integrity check has found damage"};
            }
            for (auto rows = connection.query("SELECT * FROM checkpoints"); rows.next();) {
                static_cast<void>(sqlite::detail::checkpoint_of(rows));
            }
        });
        for (auto const& event : read_all()) {
            static_cast<void>(event); // reading it has checked it
        }
    }

    /// Runs `work` in a write transaction on the store's file, for read models that live there.
    ///
    /// It is committed when `work` returns and rolled back when it throws. Appends of other threads and processes wait
    /// meanwhile; `work` must not append to this store.
    /// @throws StoreError            transient if it could not begin in time
    /// @throws AppendOutcomeUnknown  if the commit fails in a way that leaves open whether it was made
    template <class Work>
    auto transact(Work&& work) {
        return database_->with_writer([&](sqlite::detail::Connection& connection) {
            try {
                return run_in_transaction(connection, work);
            } catch (AppendOutcomeUnknown const&) {
                database_->drop_writer(); // as after an append
                throw;
            }
        });
    }

    /// The snapshots kept beside the events. They are encoded, so one store serves all types of state.
    template <class State = void>
    [[nodiscard]] SqliteSnapshotStore snapshot_store() const {
        return SqliteSnapshotStore{database_};
    }

    /// For the library's other classes on the same file.
    [[nodiscard]] std::shared_ptr<sqlite::detail::Database> const& database() const noexcept { return database_; }

private:
    [[nodiscard]] static bool is_constraint(StoreError const& error) {
        // The unique indexes answer SQLITE_CONSTRAINT_UNIQUE, the trigger that guards them SQLITE_CONSTRAINT_TRIGGER.
        return error.native_code() == std::to_string(SQLITE_CONSTRAINT_UNIQUE) ||
               error.native_code() == std::to_string(SQLITE_CONSTRAINT_TRIGGER);
    }

    /// The usual case looks up no ids: an append that was made before fails here, and only then is looked for.
    [[nodiscard]] std::vector<AppendResult>
    write(sqlite::detail::Connection& connection, std::span<StreamAppend<EncodedPayload> const> commit) {
        sqlite::Transaction transaction{connection};
        std::vector<AppendResult> results;
        for (auto const& part : commit) {
            Version const current = sqlite::detail::stream_version(connection, part.stream);
            if (!part.expected.admits(current)) {
                throw ConcurrencyError{part.stream, part.expected, current};
            }
            results.push_back({current, Position{}});
        }
        std::int64_t position = sqlite::detail::head(connection);
        for (std::size_t i = 0; i < commit.size(); ++i) {
            sqlite::detail::insert(connection, commit[i], results[i].version, position);
            results[i].position = commit[i].events.empty() ? Position{} : Position{position};
        }
        commit_or_say_unknown(transaction, commit);
        return results;
    }

    template <class Work>
    auto run_in_transaction(sqlite::detail::Connection& connection, Work& work) {
        sqlite::Transaction transaction{connection};
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, sqlite::Transaction&>>) {
            work(transaction);
            commit_or_say_unknown(transaction, {});
        } else {
            auto result = work(transaction);
            commit_or_say_unknown(transaction, {});
            return result;
        }
    }

    [[nodiscard]] static std::optional<std::vector<AppendResult>>
    find_earlier(sqlite::detail::Connection& connection, std::span<StreamAppend<EncodedPayload> const> commit) {
        return annals::detail::find_earlier_append(
            commit,
            [&connection](auto const& event) { return sqlite::detail::find(connection, event); },
            [&connection](StreamName const& stream) { return sqlite::detail::stream_version(connection, stream); }
        );
    }

    /// A failed COMMIT may yet be found complete in the write-ahead log when the file is opened next; only "busy" and a
    /// violated constraint come before anything was written.
    static void
    commit_or_say_unknown(sqlite::Transaction& transaction, std::span<StreamAppend<EncodedPayload> const> commit) {
        int const code = transaction.commit();
        if (code == SQLITE_OK) {
            return;
        }
        if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_CONSTRAINT) {
            sqlite::throw_error(code, "commit");
        }
        std::vector<EventId> ids;
        for (auto const& part : commit) {
            for (auto const& event : part.events) {
                ids.push_back(event.event_id);
            }
        }
        throw AppendOutcomeUnknown{sqlite3_errstr(code), std::move(ids)};
    }

    std::shared_ptr<sqlite::detail::Database> database_;
};

static_assert(EventStore<SqliteEventStore>);

} // namespace annals

#endif // ANNALS_SQLITE_EVENT_STORE_HPP
