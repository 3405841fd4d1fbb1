// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_TEST_SCHEMA_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_TEST_SCHEMA_HPP

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace reliability {

using annals_tests::Session;
using Events = std::vector<annals::NewEvent<annals::EncodedPayload>>;

[[nodiscard]] inline Events new_events(std::size_t count) {
    Events events;
    for (std::size_t i = 0; i < count; ++i) {
        events.push_back({annals::new_event_id(), annals::system_clock().now(), {}, {"Written", 1, "{}"}});
    }
    return events;
}

[[nodiscard]] inline annals::StreamName ledger(std::size_t number) { return {"Ledger", std::to_string(number)}; }

/// An event as the table holds it.
struct StoredRow {
    std::int64_t position;
    std::string event_id;
    std::string aggregate_id;
    std::int64_t version;
};

/// The tables of one test, made by its first store and gone at its end.
class TestSchema {
public:
    explicit TestSchema(std::string conninfo = annals_tests::shared_conninfo()) : conninfo_{std::move(conninfo)} {
        options_.schema = annals_tests::unique_schema();
        options_.deadline = std::chrono::seconds{20};
        static_cast<void>(store());
    }
    TestSchema(TestSchema const&) = delete;
    TestSchema& operator=(TestSchema const&) = delete;
    ~TestSchema() {
        try {
            session().run(sql("DROP SCHEMA @ CASCADE"));
        } catch (std::exception const&) {
            // The server is one that the test has left dead; it goes with its folder.
        }
    }

    /// @param more  of the connection string
    [[nodiscard]] annals::PostgresEventStore store(std::string const& more = "") const {
        return annals::PostgresEventStore{conninfo_ + ' ' + more, options_};
    }
    [[nodiscard]] Session session(std::string const& more = "") const { return Session{conninfo_ + ' ' + more}; }
    [[nodiscard]] annals::postgres::Options& options() noexcept { return options_; }
    [[nodiscard]] annals::postgres::Options const& options() const noexcept { return options_; }
    [[nodiscard]] std::string const& conninfo() const noexcept { return conninfo_; }
    /// Writes the schema's name for each `@`.
    [[nodiscard]] std::string sql(std::string text) const {
        return annals::postgres::detail::in_schema(options_.schema, std::move(text));
    }

    /// All that is stored, in the order of positions; not by way of the library.
    [[nodiscard]] std::vector<StoredRow> rows() const {
        Session const reader = session();
        std::string const query =
            sql("SELECT position, event_id, aggregate_id, version FROM @.events ORDER BY position");
        std::unique_ptr<PGresult, decltype(&PQclear)> const result{PQexec(reader.handle(), query.c_str()), &PQclear};
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
            throw std::runtime_error{PQerrorMessage(reader.handle())};
        }
        std::vector<StoredRow> rows;
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            auto const text = [&](int column) { return PQgetvalue(result.get(), row, column); };
            rows.push_back({std::stoll(text(0)), text(1), text(2), std::stoll(text(3))});
        }
        return rows;
    }

private:
    std::string conninfo_;
    annals::postgres::Options options_;
};

/// How many streams of `rows` do not count 1, 2, 3, ... in the order of positions.
[[nodiscard]] inline std::size_t disordered_versions(std::vector<StoredRow> const& rows) {
    std::map<std::string, std::int64_t> last;
    std::size_t wrong = 0;
    for (StoredRow const& row : rows) {
        wrong += row.version == last[row.aggregate_id] + 1 ? 0U : 1U;
        last[row.aggregate_id] = row.version;
    }
    return wrong;
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_TEST_SCHEMA_HPP
