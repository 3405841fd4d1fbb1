// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_DATABASE_HPP
#define ANNALS_POSTGRES_DETAIL_DATABASE_HPP

#include <annals/detail/crc32c.hpp>
#include <annals/postgres/detail/pool.hpp>
#include <annals/postgres/detail/schema_facts.hpp>
#include <annals/postgres/detail/statements.hpp>
#include <annals/stream_error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// What a store and its companions share: the connections, the SQL and the keys of its locks. Thread-safe.
class Database {
public:
    Database(std::string const& conninfo, Options const& options)
        : pool_{conninfo, options}, statements_{options} {
        prepare_schema();
    }

    [[nodiscard]] Options const& options() const noexcept { return pool_.options(); }
    [[nodiscard]] Statements const& sql() const noexcept { return statements_; }
    [[nodiscard]] Deadline deadline() const { return Deadline{options().deadline}; }
    /// The same in every process, whatever its standard library: `std::hash` would not do.
    [[nodiscard]] std::int64_t stream_lock(StreamName const& stream) const noexcept {
        annals::detail::Crc32c hash;
        hash.add(stream.aggregate_type());
        hash.add(stream.aggregate_id());
        return lock_prefix_ | (std::int64_t{hash.value()} % lock_stripes);
    }
    [[nodiscard]] std::int64_t announcement() const noexcept { return lock_prefix_ | announcement_bit; }

    /// Calls `work` with a connection; again, with another one, after failures that a repetition may mend, until the
    /// deadline. For what may be done twice.
    template <class Work>
    auto repeatable(Deadline const& deadline, Work&& work) {
        for (std::chrono::milliseconds pause{2};; pause *= 2) {
            try {
                auto connection = pool_.borrow(deadline);
                return work(*connection);
            } catch (StoreError const& error) {
                if (!meaning_of(error.native_code()).is_retried || deadline.is_over()) {
                    throw;
                }
            }
            std::this_thread::sleep_for((std::min)(pause, std::chrono::milliseconds{200}));
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
                create(connection, until);
            }
            check(connection, until);
            return 0;
        });
    }

    /// Under a lock, so that of several processes one makes the tables and the others find them. One transaction: a
    /// process that is killed leaves nothing behind.
    void create(Connection& connection, Deadline const& until) const {
        std::string const exists = in_schema(options().schema, "SELECT to_regclass('@.annals_schema') IS NOT NULL");
        if (connection.run(exists, {}, until).boolean(0, 0)) {
            return;
        }
        connection.run("BEGIN", {}, until);
        connection.run("SELECT pg_advisory_xact_lock(" + std::to_string(lock_prefix(0)) + ")", {}, until);
        if (!connection.run(exists, {}, until).boolean(0, 0)) {
            for (std::string const& statement : schema_sql(options())) {
                connection.run(statement, {}, until);
            }
        }
        connection.commit(until);
    }

    /// Refuses tables that are not as the store needs them, naming the first difference.
    void check(Connection& connection, Deadline const& until) {
        std::string const& schema = options().schema;
        Result const oid = connection.run(
            "SELECT oid::int8 FROM pg_namespace WHERE nspname = $1::text", Parameters::of(std::string_view{schema}), until
        );
        if (oid.rows() == 0) {
            throw StoreError{"annals: the database has no schema '" + schema + "'", "3F000", false};
        }
        lock_prefix_ = lock_prefix(oid.int8(0, 0));
        Result const found = connection.run(in_schema(schema, schema_facts_sql), {}, until);
        std::vector<std::string> facts;
        for (int row = 0; row < found.rows(); ++row) {
            facts.emplace_back(found.text(row, 0));
        }
        for (std::string const& fact : expected_schema_facts(options())) {
            if (std::find(facts.begin(), facts.end(), fact) == facts.end()) {
                throw CorruptData{"schema '" + schema + "' of the event store is not as it must be: no " + fact};
            }
        }
    }

    Pool pool_;
    Statements statements_;
    std::int64_t lock_prefix_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_DATABASE_HPP
