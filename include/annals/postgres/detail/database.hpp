// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_DATABASE_HPP
#define ANNALS_POSTGRES_DETAIL_DATABASE_HPP

#include <annals/postgres/detail/pool.hpp>
#include <annals/postgres/detail/prepare_schema.hpp>
#include <annals/postgres/detail/repeatable.hpp>
#include <annals/postgres/detail/statements.hpp>

#include <string>
#include <utility>

namespace annals::postgres::detail {

/// What a store and its companions share: the connections, the SQL and the keys of its locks. Thread-safe.
class Database {
public:
    Database(std::string const& conninfo, Options const& options)
        : pool_{conninfo, options}, statements_{options}, locks_{options.schema} {
        prepare_schema();
    }

    [[nodiscard]] Pool& pool() noexcept { return pool_; }
    [[nodiscard]] Options const& options() const noexcept { return pool_.options(); }
    [[nodiscard]] Statements const& sql() const noexcept { return statements_; }
    [[nodiscard]] LockKeys const& locks() const noexcept { return locks_; }
    [[nodiscard]] Deadline deadline() const { return Deadline{options().deadline}; }

    /// @see detail::repeatable
    template <class Work>
    auto repeatable(Deadline const& deadline, Work&& work) {
        return detail::repeatable(pool_, deadline, std::forward<Work>(work));
    }

    /// Calls `work` with a connection and the deadline, once. For what must not be done twice.
    template <class Work>
    auto once(Work&& work) {
        Deadline const until = deadline();
        auto connection = pool_.borrow(until);
        return work(*connection, until);
    }

private:
    void prepare_schema() {
        Deadline const until = deadline();
        repeatable(until, [&](Connection& connection) {
            if (options().create_tables) {
                make_schema(connection, options(), locks_, until);
            }
            check_schema(connection, options(), until);
            return true;
        });
    }

    Pool pool_;
    Statements statements_;
    LockKeys locks_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_DATABASE_HPP
