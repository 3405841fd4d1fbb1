// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_TRANSACTION_HPP
#define ANNALS_POSTGRES_TRANSACTION_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/postgres/detail/append.hpp>
#include <annals/postgres/detail/cursors.hpp>
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
class Transaction {
public:
    using payload_type = EncodedPayload;

    /// For the library. @see PostgresEventStore::transact
    Transaction(std::shared_ptr<detail::Database> database, detail::Connection& connection)
        : database_{std::move(database)}, connection_{connection} {}
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
        auto results = detail::Append{*database_, commit}.run_in(connection_);
        std::vector<EventId> const ids = detail::ids_of(commit);
        appended_.insert(appended_.end(), ids.begin(), ids.end());
        return results;
    }

    /// The events of a stream with a version above `after`, oldest first, a page at a time.
    [[nodiscard]] EventRange<detail::StreamCursor> get_events(StreamName const& stream, Version after = {}) const {
        return EventRange{detail::StreamCursor{source(), stream, after}};
    }
    /// The settled events of all streams with a position above `after`, at most `limit`, in global order.
    [[nodiscard]] EventRange<detail::LogCursor> read_all(Position after = {}, std::size_t limit = all_events) const {
        return EventRange{detail::LogCursor{source(), after, limit}};
    }
    /// The settled events of all streams, in global order.
    [[nodiscard]] EventRange<detail::LogCursor> get_all_events() const { return read_all(); }
    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        return detail::stream_version(source(), stream, database_->deadline());
    }
    /// The position up to which `read_all` would read now.
    [[nodiscard]] Position head() const { return detail::head(source(), database_->deadline()); }

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

    /// The same for a query. All its rows are fetched at once.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        return Rows{answer(sql, values...)};
    }

    /// libpq's own handle, for code that works with that. It must leave the transaction open.
    [[nodiscard]] PGconn* handle() const noexcept { return connection_.link().get(); }

    /// For the library: what was appended.
    [[nodiscard]] std::vector<EventId> const& appended() const noexcept { return appended_; }

private:
    [[nodiscard]] detail::Source source() const { return detail::Source{database_, &connection_}; }

    template <class... Values>
    [[nodiscard]] detail::Result answer(std::string_view sql, Values const&... values) {
        detail::Call call{sql, {}, detail::Format::text};
        (call.parameters.add_text(to_parameter(values)), ...);
        return std::move(connection_.run(std::span{&call, 1}, database_->deadline()).front());
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

    std::shared_ptr<detail::Database> database_;
    detail::Connection& connection_;
    std::vector<EventId> appended_;
};

static_assert(EventStore<Transaction>);

namespace detail {

/// Commits, and says what is known if that fails.
inline void commit(Connection& connection, Transaction const& transaction, Deadline const& until) {
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
auto transact(std::shared_ptr<Database> const& database, Work&& work) {
    auto connection = database->pool().borrow(database->deadline());
    OpenTransaction const open{*connection, database->deadline()};
    connection->begin({}, database->deadline());
    Transaction transaction{database, *connection};
    if constexpr (std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) {
        work(transaction);
        commit(*connection, transaction, database->deadline());
    } else {
        auto result = work(transaction);
        commit(*connection, transaction, database->deadline());
        return result;
    }
}

} // namespace detail

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_TRANSACTION_HPP
