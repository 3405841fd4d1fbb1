// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_DATABASE_HPP
#define ANNALS_POSTGRES_DETAIL_DATABASE_HPP

#include <annals/detail/this_thread.hpp>
#include <annals/postgres/detail/pool.hpp>
#include <annals/postgres/detail/prepare_schema.hpp>
#include <annals/postgres/detail/statements.hpp>

#include <chrono>
#include <string>
#include <string_view>

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

    /// Calls `work` with a connection; again, with another one, after failures that a repetition may mend, until the
    /// deadline. For what may be done twice.
    template <class Work>
    auto repeatable(Deadline const& deadline, Work&& work) {
        for (std::chrono::milliseconds pause{2};; pause *= 2) {
            try {
                auto connection = pool_.borrow(deadline);
                try {
                    return work(*connection);
                } catch (StoreError const& error) {
                    if (error.native_code() == read_only) {
                        connection->retire(); // the next one looks for the host that can be written to
                    }
                    throw;
                }
            } catch (StoreError const& error) {
                pause = pause < longest_pause ? pause : longest_pause;
                // A try that begins when the time is over would only make the outcome unknown.
                if (!meaning_of(error.native_code()).is_retried || deadline.is_before(2 * pause)) {
                    throw;
                }
            }
            annals::detail::sleep_for(pause);
        }
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

    static constexpr std::chrono::milliseconds longest_pause{200};
    static constexpr std::string_view read_only = "25006";

    Pool pool_;
    Statements statements_;
    LockKeys locks_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_DATABASE_HPP
