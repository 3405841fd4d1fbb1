// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_SOURCE_HPP
#define ANNALS_POSTGRES_DETAIL_SOURCE_HPP

#include <annals/detail/stored_event.hpp>
#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace annals::postgres::detail {

/// Where reads go: to any connection of the pool, or to the one that holds the caller's transaction.
class Source {
public:
    /// @param payloads  what has sealed the payloads; none if they are to be seen as they are stored
    Source(std::shared_ptr<Database> database, PayloadTransform const* payloads, Connection* transaction = nullptr)
        : database_{std::move(database)}, payloads_{payloads}, transaction_{transaction} {}

    [[nodiscard]] std::shared_ptr<Database> const& database() const noexcept { return database_; }
    [[nodiscard]] Statements const& sql() const noexcept { return database_->sql(); }
    [[nodiscard]] LockKeys const& locks() const noexcept { return database_->locks(); }
    [[nodiscard]] Deadline deadline() const { return database_->deadline(); }
    [[nodiscard]] PayloadTransform const* payloads() const noexcept { return payloads_; }

    template <class Work>
    auto read(Deadline const& until, Work&& work) const {
        return transaction_ == nullptr ? database_->repeatable(until, work) : work(*transaction_);
    }

private:
    std::shared_ptr<Database> database_;
    PayloadTransform const* payloads_;
    Connection* transaction_;
};

/// An answer, and the position up to which nothing will ever be added to what it saw.
struct Settled {
    std::int64_t frontier;
    Result answer;
};

/// Asks for the frontier and then runs `query`: one round trip.
///
/// A position is drawn only while its transaction announces a lower one in pg_locks, and the announcement goes away
/// only when the commit is visible. So what was drawn by the time of the first statement, and lies at or below all that
/// is announced at the time of the second, is settled; the query has a later snapshot still.
/// @throws UsageError  in a transaction with one snapshot for all its statements, where none of this holds
[[nodiscard]] inline Settled settle(Source const& source, Call query, Deadline const& until) {
    Call const calls[] = {
        {source.sql().last_drawn, {}},
        {source.sql().lowest_announced, Parameters::of(source.locks().announcement())},
        {source.sql().is_read_committed, {}},
        std::move(query),
    };
    return source.read(until, [&](Connection& connection) {
        auto answers = connection.run(calls, until);
        if (!answers[2].boolean(0, 0)) {
            throw UsageError{"annals: following the log needs a transaction of isolation level READ COMMITTED"};
        }
        std::int64_t const last = answers[0].int8(0, 0);
        bool const is_announced = !answers[1].is_null(0, 0) && answers[1].int8(0, 0) < last;
        return Settled{is_announced ? answers[1].int8(0, 0) : last, std::move(answers[3])};
    });
}

[[nodiscard]] inline Result run(Source const& source, Call const& call, Deadline const& until) {
    return source.read(until, [&](Connection& connection) {
        return std::move(connection.run(std::span{&call, 1}, until).front());
    });
}

/// Not the frontier itself, for a crash of the server may take back positions that were drawn and never stored.
[[nodiscard]] inline Position head(Source const& source, Deadline const& until) {
    auto const last_up_to = [&](std::int64_t position) { return Call{source.sql().head, Parameters::of(position)}; };
    auto const [frontier, last] = settle(source, last_up_to((std::numeric_limits<std::int64_t>::max)()), until);
    bool const is_settled = last.int8(0, 0) <= frontier;
    return Position{is_settled ? last.int8(0, 0) : run(source, last_up_to(frontier), until).int8(0, 0)};
}

/// @returns nothing for an event that was truncated, too
[[nodiscard]] inline std::optional<Event> find_event(Source const& source, EventId const& id, Deadline const& until) {
    ArrayValue ids{ElementType::uuid};
    ids.add(id);
    Parameters parameters;
    parameters.add(ids);
    Result const found = run(source, {source.sql().find, std::move(parameters)}, until);
    std::optional<StreamName> name;
    if (found.rows() == 0) {
        return std::nullopt;
    }
    Event event = event_of(found, 0, name);
    if (annals::detail::is_truncated(event)) {
        return std::nullopt;
    }
    annals::detail::open(source.payloads(), event);
    return event;
}

[[nodiscard]] inline Version stream_version(Source const& source, StreamName const& stream, Deadline const& until) {
    return Version{run(source, {source.sql().stream_version, key_of(stream)}, until).int8(0, 0)};
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_SOURCE_HPP
