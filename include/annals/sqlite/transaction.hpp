// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_TRANSACTION_HPP
#define ANNALS_SQLITE_TRANSACTION_HPP

#include <annals/detail/sealed_commit.hpp>
#include <annals/sqlite/detail/append.hpp>
#include <annals/sqlite/detail/savepoint.hpp>
#include <annals/sqlite/event_reader.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::sqlite {

/// An open write transaction on a store's file, for what is to be committed together with events.
///
/// It is handed to a function and committed when that returns. Valid only there, in that thread. A statement that fails
/// leaves it open, and so does an append that is refused; some failures of the disk end it, and then it takes nothing
/// more and is not committed.
///
/// It is an `EventStore`: `repository_for<Order>(transaction)` loads and saves aggregates within it. What it has
/// appended stands in its streams and its log at once, and for others after the commit.
class Transaction : public EventReader {
public:
    /// Begins it. @throws StoreError  transient, if other writers do not let it begin within the busy timeout
    explicit Transaction(detail::Connection& connection, PayloadTransform const* payloads = nullptr)
        : EventReader{detail::Source{connection, payloads}}, connection_{connection} {
        roll_back(); // in case the last one could not
        connection_.run("BEGIN IMMEDIATE");
    }
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    ~Transaction() { roll_back(); }

    /// Appends to one stream. See `EventStore`; nothing is stored before the transaction is committed.
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        StreamAppend<EncodedPayload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams. When it throws, nothing of it is in the transaction.
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        require_valid(commit);
        require_open();
        PayloadTransform const* const payloads = source().payloads();
        annals::detail::SealedCommit const sealed{payloads, commit};
        return detail::write_once(connection_, sealed.commit(), payloads, [&] {
            detail::Savepoint savepoint{connection_, is_spoilt_};
            auto results = write(sealed.commit());
            savepoint.keep();
            return results;
        });
    }

    /// Runs one or several statements without parameters and results.
    void execute(std::string const& sql) {
        require_open();
        connection_.execute(sql);
    }

    /// Runs a statement with values for its parameters: integers, floating point, texts, event ids, `nullptr`.
    ///
    /// It is prepared once and kept, so `sql` should be one of a few constant texts.
    /// @returns the rows that it changed
    template <class... Values>
    std::size_t run(std::string_view sql, Values const&... values) {
        require_open();
        auto const before = sqlite3_total_changes64(connection_.handle());
        connection_.run(sql, values...);
        // What changes no rows leaves SQLite's count as the statement before has left it.
        bool const has_changed = sqlite3_total_changes64(connection_.handle()) != before;
        return has_changed ? static_cast<std::size_t>(sqlite3_changes64(connection_.handle())) : 0;
    }

    /// The same, for code that runs on other databases too, where it may be done later than now.
    template <class... Values>
    void queue(std::string_view sql, Values const&... values) {
        require_open();
        connection_.run(sql, values...);
    }
    /// Waits for what is queued, which is nothing here.
    void flush() noexcept {}

    /// Starts a query; values as in `run`. One at a time of the same text.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        require_open();
        return connection_.query(sql, values...);
    }

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] int changes() const noexcept { return sqlite3_changes(connection_.handle()); }

    /// One of the store's own tables, as SQL names it.
    [[nodiscard]] std::string table(std::string_view name) const { return std::string{name}; }

    /// What stands behind a SELECT so that no other transaction changes or locks its rows until this one ends.
    [[nodiscard]] static constexpr std::string_view lock_rows_sql() noexcept { return ""; }
    /// The same, but others may share the rows.
    [[nodiscard]] static constexpr std::string_view share_rows_sql() noexcept { return ""; }

    /// An SQL expression for the clock: microseconds since 1970, an integer, to the millisecond.
    [[nodiscard]] static constexpr std::string_view now_micros_sql() noexcept {
        return "(CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000)";
    }

    /// SQLite's own handle, for what this class does not offer. It must leave the transaction open.
    [[nodiscard]] sqlite3* handle() const noexcept { return connection_.handle(); }

    /// Whether it can still be committed: some failures of the disk end it.
    [[nodiscard]] bool is_open() const noexcept { return !is_spoilt_ && connection_.is_in_transaction(); }

    /// For the library: the connection.
    [[nodiscard]] detail::Connection& connection() const noexcept { return connection_; }

    /// For the library: appends what is valid and sealed. If that throws, the transaction must not be committed.
    [[nodiscard]] std::vector<AppendResult> write(std::span<StreamAppend<EncodedPayload> const> commit) {
        auto results = detail::write(connection_, commit);
        for (auto const& part : commit) {
            for (auto const& event : part.events) {
                appended_.push_back(event.event_id);
            }
        }
        return results;
    }

    /// For the library: ends it.
    /// @throws StoreError            if nothing of it was written
    /// @throws AppendOutcomeUnknown  if that is not known
    void commit() {
        require_open();
        int const code = sqlite3_exec(connection_.handle(), "COMMIT", nullptr, nullptr, nullptr);
        if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_CONSTRAINT) {
            throw_error(code, "commit"); // these come before anything is written
        }
        if (code != SQLITE_OK) {
            // It may yet be found complete in the write-ahead log when the file is opened next.
            throw AppendOutcomeUnknown{sqlite3_errstr(code), std::move(appended_)};
        }
    }

private:
    /// Outside of a transaction each statement would be committed on its own.
    void require_open() const {
        if (!is_open()) {
            throw StoreError{
                "annals: the transaction has ended: SQLite has rolled it back, or a statement in it", "", false
            };
        }
    }

    void roll_back() noexcept {
        // Some failures (disk full, I/O) have rolled back already.
        if (connection_.is_in_transaction()) {
            sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
    }

    detail::Connection& connection_;
    std::vector<EventId> appended_;
    bool is_spoilt_ = false; ///< by a part of an append that could not be undone
};

static_assert(FilteringEventStore<Transaction>);

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_TRANSACTION_HPP
