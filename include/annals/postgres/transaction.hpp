// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_TRANSACTION_HPP
#define ANNALS_POSTGRES_TRANSACTION_HPP

#include <annals/detail/sealed_commit.hpp>
#include <annals/postgres/detail/append.hpp>
#include <annals/postgres/event_reader.hpp>
#include <annals/postgres/rows.hpp>

#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace annals::postgres {

/// An open transaction on a store's database, for what is to be committed together with events.
///
/// It is handed to a function and committed when that returns. Valid only there, in that thread. The search path is
/// `pg_catalog`, so write tables with their schemas. A statement that fails ends the transaction; an append that is
/// refused does not.
///
/// It is an `EventStore`: `repository_for<Order>(transaction)` loads and saves aggregates within it. What it has
/// appended stands in its streams at once, and in the log after the commit.
class Transaction : public EventReader {
public:
    /// For the library. @see PostgresEventStore::transact
    Transaction(detail::Source const& store, detail::Connection& connection)
        : EventReader{detail::Source{store.database(), store.payloads(), &connection}}, connection_{connection} {}
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    ~Transaction() = default;

    /// Appends to one stream. See `EventStore`; nothing is stored before the transaction is committed.
    /// @throws UsageError  if the transaction was set to another isolation level than READ COMMITTED
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        StreamAppend<EncodedPayload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams. Two transactions that append several times, in different orders, may find
    /// themselves in a deadlock, which ends one of them with a transient error; one append to several streams cannot.
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        require_valid(commit);
        annals::detail::SealedCommit const sealed{source().payloads(), commit};
        auto results = detail::Append{*shared_database(), sealed.commit()}.run_in(connection_);
        std::vector<EventId> const ids = detail::ids_of(commit);
        appended_.insert(appended_.end(), ids.begin(), ids.end());
        return results;
    }

    /// Runs a statement with values for `$1`, `$2`, ...: integers, `bool`, texts, event ids, `nullptr`.
    ///
    /// It is prepared once a connection and kept, so `sql` should be one of a few constant texts.
    /// @returns the rows that it changed or answered with
    /// @throws PostgresError   if the server refuses it; the transaction is ended then
    /// @throws ConnectionLost  if the connection dies; the transaction is ended then
    template <class... Values>
    std::size_t run(std::string_view sql, Values const&... values) {
        detail::Result const result = answer(sql, values...);
        return std::strtoull(PQcmdTuples(result.get()), nullptr, 10);
    }

    /// The same for a statement whose outcome nobody waits for: many of them cost one round trip.
    ///
    /// It goes ahead of the next one that is waited for; when a thousand are queued, or their values are a megabyte; or
    /// ahead of the commit. If the server refuses it that is thrown there, with its text in
    /// `PostgresError::queued_sql`.
    template <class... Values>
    void queue(std::string_view sql, Values const&... values) {
        connection_.queue(call(sql, values...), shared_database()->deadline());
    }

    /// Waits until all that is queued has been done. @throws as `run`
    void flush() { connection_.flush(shared_database()->deadline()); }

    /// As `run`, for a query. All its rows are fetched at once.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        return Rows{answer(sql, values...)};
    }

    /// One of the store's own tables, as SQL names it: `"annals".events`.
    [[nodiscard]] std::string table(std::string_view name) const {
        return detail::in_schema(shared_database()->options().schema, "@.") + std::string{name};
    }

    /// What stands behind a SELECT so that no other transaction changes or locks its rows until this one ends.
    [[nodiscard]] static constexpr std::string_view lock_rows_sql() noexcept { return " FOR UPDATE"; }
    /// The same, but others may share the rows.
    [[nodiscard]] static constexpr std::string_view share_rows_sql() noexcept { return " FOR SHARE"; }

    /// An SQL expression for the server's clock: microseconds since 1970, an integer.
    [[nodiscard]] static constexpr std::string_view now_micros_sql() noexcept {
        return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    }

    /// libpq's own handle, for code that works with that, when what is queued is done. It must leave the transaction
    /// open.
    [[nodiscard]] PGconn* handle() {
        flush();
        return connection_.link().get();
    }

    /// For the library: what was appended.
    [[nodiscard]] std::vector<EventId> const& appended() const noexcept { return appended_; }

private:
    template <class... Values>
    [[nodiscard]] detail::Result answer(std::string_view sql, Values const&... values) {
        detail::Call const one = call(sql, values...);
        return std::move(connection_.run(std::span{&one, 1}, shared_database()->deadline()).front());
    }

    template <class... Values>
    [[nodiscard]] static detail::Call call(std::string_view sql, Values const&... values) {
        detail::Call call{sql, {}, detail::Format::text};
        (call.parameters.add_text(to_parameter(values)), ...);
        return call;
    }

    template <class Value>
    [[nodiscard]] static std::optional<std::string> to_parameter(Value const& value) {
        if constexpr (std::same_as<Value, std::nullptr_t>) {
            return std::nullopt;
        } else if constexpr (std::same_as<Value, bool>) {
            return value ? "true" : "false";
        } else if constexpr (std::same_as<Value, EventId>) {
            return to_text(value);
        } else if constexpr (std::integral<Value>) {
            return std::to_string(value);
        } else {
            std::string text{std::string_view{value}};
            if (text.find('\0') != std::string::npos) {
                throw InvalidInput{"annals: PostgreSQL stores no text with a NUL"}; // libpq would cut it
            }
            return text;
        }
    }

    detail::Connection& connection_;
    std::vector<EventId> appended_;
};

static_assert(FilteringEventStore<Transaction>);

namespace detail {

/// Commits, and says what is known if that fails.
inline void commit(Connection& connection, Transaction const& transaction, Deadline const& until) {
    connection.flush(until); // whatever comes of it, nothing was written
    std::string reason = "the server warned while it committed";
    try {
        connection.commit(until);
        if (!connection.saw_warning()) {
            return;
        }
    } catch (ConnectionLost const& error) {
        reason = error.what();
    }
    throw AppendOutcomeUnknown{reason, transaction.appended()};
}

/// @see PostgresEventStore::transact
template <class Work>
auto transact(Source const& store, Work&& work) {
    Database& database = *store.database();
    auto connection = database.pool().borrow(database.deadline());
    OpenTransaction const open{*connection, database.deadline()};
    connection->begin();
    Transaction transaction{store, *connection};
    if constexpr (std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) {
        work(transaction);
        commit(*connection, transaction, database.deadline());
    } else {
        auto result = work(transaction);
        commit(*connection, transaction, database.deadline());
        return result;
    }
}

} // namespace detail

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_TRANSACTION_HPP
