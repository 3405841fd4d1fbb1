// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/reliability/support/processes.hpp>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

// Tables of an older version are carried over with what they hold: once, whoever else does it at the same time or died
// while doing so.

namespace {

using namespace integration::postgres;

/// Tables as an older version of the library has made them, with three events.
class OldTables {
public:
    explicit OldTables(int version) : events_{texts_of_new_events()} {
        auto const all = annals::postgres::schema_sql(schema.options);
        std::size_t const later = annals::postgres::schema_sql(schema.options, version).size();
        Session session{schema.conninfo};
        for (std::size_t i = 0; i < all.size() - later; ++i) {
            session.run(all[i]);
        }
        session.run(annals::postgres::detail::in_schema(
            schema.options.schema,
            "INSERT INTO @.events SELECT * FROM " + source_.options.schema +
                ".events; SELECT setval('@.events_position', 3)"
        ));
    }

    [[nodiscard]] std::vector<std::string> const& events() const noexcept { return events_; }

    /// Whether nothing has been carried over, or all.
    [[nodiscard]] bool is_at(int version) const {
        std::string const has_table = schema.run(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = '" + schema.options.schema +
            "' AND tablename = 'truncations')"
        );
        return schema.run("SELECT string_agg(version::text, ',') FROM @.annals_schema") == std::to_string(version) &&
               has_table == (version < 3 ? "f" : "t");
    }

    void check_is_carried_over() const {
        CHECK(is_at(annals::postgres::schema_version));
        auto store = schema.open();
        CHECK(log_of(store) == events_);
        CHECK(append_some(store, "a").version == annals::Version{4});
        store.truncate_before(stream_of("a"), annals::Version{3}, "books closed");
        CHECK(log_of(store).size() == 2);
    }

private:
    [[nodiscard]] std::vector<std::string> texts_of_new_events() const {
        auto store = source_.open();
        append_some(store, "a", 3);
        return log_of(store);
    }

    TestSchema source_;

public:
    TestSchema schema;

private:
    std::vector<std::string> events_;
};

} // namespace

TEST_CASE("postgres: older tables are carried over, with what they hold", "[postgres][schema]") {
    int const from = GENERATE(1, 2);
    OldTables const old{from};
    Options untouched = old.schema.options;
    untouched.create_tables = false;
    CHECK_THROWS_AS((PostgresEventStore{old.schema.conninfo, untouched}), annals::CorruptData);
    CHECK(old.is_at(from));

    static_cast<void>(old.schema.open());
    old.check_is_carried_over();
    CHECK(annals::postgres::schema_sql(old.schema.options, annals::postgres::schema_version).empty());
    CHECK_NOTHROW((PostgresEventStore{old.schema.conninfo, untouched}));
}

TEST_CASE("postgres: several processes carry older tables over at once", "[postgres][schema]") {
    int const from = GENERATE(1, 2);
    constexpr int processes = 4;
    OldTables const old{from};
    {
        reliability::SharedCounters ready{1};
        std::vector<reliability::Process> children;
        for (int i = 0; i < processes; ++i) {
            children.emplace_back([&] {
                ++ready[0];
                while (ready[0] < processes) {
                    std::this_thread::yield();
                }
                static_cast<void>(old.schema.open());
            });
        }
        for (auto& child : children) {
            CHECK(child.wait());
        }
    }
    old.check_is_carried_over();
}

TEST_CASE("postgres: who dies carrying older tables over leaves them as they were", "[postgres][schema]") {
    int const from = GENERATE(1, 2);
    std::size_t const statements = annals::postgres::schema_sql({}, from).size();
    for (std::size_t done = 1; done <= statements; ++done) {
        CAPTURE(from, done);
        OldTables const old{from};
        {
            auto const all = annals::postgres::schema_sql(old.schema.options, from);
            Session session{old.schema.conninfo};
            session.run("BEGIN");
            for (std::size_t i = 0; i < done; ++i) {
                session.run(all[i]);
            }
            Session{old.schema.conninfo}.run(
                "SELECT pg_terminate_backend(" + std::to_string(PQbackendPID(session.handle())) + ", 5000)"
            );
        }
        CHECK(old.is_at(from));
        static_cast<void>(old.schema.open());
        old.check_is_carried_over();
    }
}

TEST_CASE("postgres: readers of older tables are not held up while they are carried over", "[postgres][schema]") {
    OldTables const old{2};
    Session migrating{old.schema.conninfo};
    migrating.run("BEGIN");
    for (std::string const& statement : annals::postgres::schema_sql(old.schema.options, 2)) {
        migrating.run(statement);
    }
    CHECK(old.schema.run("SET lock_timeout = 1; SELECT count(*) FROM @.events") == "3");
    migrating.run("COMMIT");
    old.check_is_carried_over();
}
