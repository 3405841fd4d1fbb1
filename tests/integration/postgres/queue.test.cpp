// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

// Statements of a transaction that nobody waits for one by one.

using annals::ExpectedVersion;
using annals::postgres::PostgresError;
using annals::postgres::Transaction;
using annals_tests::pooled_conninfo;
using reliability::ledger;
using reliability::new_events;

namespace {

/// A store of one connection, with a table and a sequence of ours beside its own. What is drawn from a sequence is seen
/// by all at once, and by no rollback undone.
class Place {
    reliability::TestSchema schema_;
    reliability::Session session_ = schema_.session();
    bool is_pooled_;

public:
    explicit Place(bool is_pooled = false) : is_pooled_{is_pooled} {
        session_.run(schema_.sql("CREATE TABLE @.parcels (id int PRIMARY KEY, weight int CHECK (weight >= 0))"));
        session_.run(schema_.sql("CREATE SEQUENCE @.drawn"));
        schema_.options().pool_size = 1;
        schema_.options().transaction_pooler = is_pooled;
    }

    [[nodiscard]] annals::PostgresEventStore store() const {
        return annals::PostgresEventStore{is_pooled_ ? pooled_conninfo() : schema_.conninfo(), schema_.options()};
    }

    [[nodiscard]] std::string parcels() { return session_.run(schema_.sql("SELECT count(*) FROM @.parcels")); }
    /// How many statements `draw` the server has run.
    [[nodiscard]] std::string draws() {
        return session_.run(schema_.sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM @.drawn"));
    }

    std::string const insert = schema_.sql("INSERT INTO @.parcels VALUES ($1, $2)");
    std::string const add = schema_.sql("UPDATE @.parcels SET weight = weight + $1");
    std::string const weigh = schema_.sql("SELECT coalesce(sum(weight), -1) FROM @.parcels");
    std::string const draw = schema_.sql("SELECT nextval('@.drawn'), $1::text");
};

[[nodiscard]] std::int64_t number(Transaction& transaction, std::string const& sql) {
    auto rows = transaction.query(sql);
    return rows.next() ? rows.integer(0) : -2;
}

void check_order(bool is_pooled) {
    Place place{is_pooled};
    auto store = place.store();
    store.transact([&](Transaction& transaction) {
        transaction.queue(place.insert, 1, 10);
        transaction.queue(place.add, 5);
        CHECK(transaction.run(place.add, 1) == 1); // the answer is that of this statement
        transaction.queue(place.add, 100);
        CHECK(number(transaction, place.weigh) == 116);
        transaction.queue(place.insert, 2, 1'000);
        transaction.append(ledger(1), ExpectedVersion::no_stream(), new_events(2));
        transaction.queue(place.add, 1);
    });
    CHECK(store.stream_version(ledger(1)) == annals::Version{2});
    store.transact([&](Transaction& transaction) { CHECK(number(transaction, place.weigh) == 1'118); });
}

void check_bound(bool is_pooled) {
    Place place{is_pooled};
    auto store = place.store();
    store.transact([&](Transaction& transaction) {
        for (int i = 0; i < 50; ++i) {
            transaction.queue(place.draw, i);
        }
        CHECK(place.draws() == "0"); // nobody waits for one of them
        transaction.flush();
        CHECK(place.draws() == "50");

        // Behind a statement that takes its time: at some number, and some amount, the next one has to wait for it.
        transaction.queue("SELECT pg_sleep(0.5)");
        for (int i = 0; i < 1'000; ++i) {
            transaction.queue(place.draw, i);
        }
        CHECK(std::stoi(place.draws()) >= 900);
        transaction.flush();
        CHECK(place.draws() == "1050");

        std::string const large(300'000, 'x');
        transaction.queue("SELECT pg_sleep(0.5)");
        for (int i = 0; i < 4; ++i) {
            transaction.queue(place.draw, large);
        }
        CHECK(place.draws() == "1054");
        for (int i = 0; i < 100; ++i) {
            transaction.queue(place.draw, i);
        }
    });
    CHECK(place.draws() == "1154"); // nothing is lost at the commit
}

} // namespace

TEST_CASE("postgres: queued statements take effect in their order among all others") {
    check_order(false);
    check_order(true);
}

TEST_CASE("postgres: many queued statements are one round trip, and no more than so many wait") {
    check_bound(false);
    check_bound(true);
}

TEST_CASE("postgres: a queued statement that is refused says so to the next that waits, by its text") {
    Place place;
    auto store = place.store();
    std::vector<std::function<void(Transaction&)>> const next{
        [&](Transaction& transaction) { transaction.run(place.add, 1); },
        [&](Transaction& transaction) { static_cast<void>(transaction.query(place.weigh)); },
        [&](Transaction& transaction) { transaction.append(ledger(1), ExpectedVersion::no_stream(), new_events(1)); },
        [&](Transaction& transaction) { static_cast<void>(transaction.stream_version(ledger(1))); },
        [&](Transaction& transaction) { transaction.flush(); },
        [&](Transaction& transaction) { static_cast<void>(transaction.handle()); },
    };
    for (int const behind : {0, 200}) {                  // at once, or when much was sent that cannot succeed any more
        for (std::size_t i = 0; i <= next.size(); ++i) { // the last is the commit
            CAPTURE(behind, i);
            bool is_at_commit = false;
            try {
                store.transact([&](Transaction& transaction) {
                    transaction.queue(place.insert, 1, 10);
                    transaction.queue(place.insert, 2, -1);
                    for (int n = 0; n < behind; ++n) {
                        transaction.queue(place.add, 1);
                    }
                    if (i < next.size()) {
                        next[i](transaction);
                    }
                    is_at_commit = true;
                });
                FAIL("a violated constraint went unnoticed");
            } catch (PostgresError const& error) {
                CHECK(error.native_code() == "23514");
                CHECK(error.constraint() == "parcels_weight_check");
                CHECK(error.queued_sql() == place.insert);
                CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(place.insert));
            }
            CHECK(is_at_commit == (i == next.size()));
            CHECK(place.parcels() == "0");
            CHECK(store.stream_version(ledger(1)) == annals::Version{});
        }
    }
}

TEST_CASE("postgres: only what was queued is named as such, and what is behind it can be queued again") {
    Place place;
    auto store = place.store();
    std::string const nonsense = "SELECT nonsense";
    auto const refused = [&](auto&& work) {
        try {
            store.transact(work);
        } catch (PostgresError const& error) {
            CHECK(error.native_code() == "42703");
            return error.queued_sql();
        }
        return std::string{"nothing"};
    };
    CHECK(refused([&](Transaction& transaction) {
              transaction.queue(nonsense);
              transaction.queue(place.insert, 1, 10);
              transaction.run(place.add, 1);
          }) == nonsense);
    CHECK(refused([&](Transaction& transaction) {
              transaction.queue(place.insert, 1, 10);
              transaction.run(nonsense);
          }).empty());
    store.transact([&](Transaction& transaction) {
        transaction.queue(place.insert, 1, 10);
        CHECK(transaction.run(place.add, 1) == 1);
    });
    CHECK(place.parcels() == "1");
}

TEST_CASE("postgres: a refused append takes back nothing that was queued before it") {
    Place place;
    auto store = place.store();
    store.append(ledger(1), ExpectedVersion::any(), new_events(1));
    store.transact([&](Transaction& transaction) {
        transaction.queue(place.insert, 1, 10);
        CHECK_THROWS_AS(
            transaction.append(ledger(1), ExpectedVersion::no_stream(), new_events(1)), annals::ConcurrencyError
        );
        transaction.queue(place.insert, 2, 10);
    });
    CHECK(place.parcels() == "2");
}

TEST_CASE("postgres: nothing that is queued survives an exception") {
    Place place;
    auto store = place.store();
    CHECK_THROWS_AS(
        store.transact([&](Transaction& transaction) {
            transaction.queue(place.draw, "never");
            transaction.queue(place.insert, 1, 10);
            throw std::domain_error{"changed my mind"};
        }),
        std::domain_error
    );
    // The same connection, for there is but one.
    store.transact([&](Transaction& transaction) { transaction.queue(place.insert, 2, 10); });
    store.append(ledger(1), ExpectedVersion::no_stream(), new_events(1));
    CHECK(place.draws() == "0");
    CHECK(place.parcels() == "1");
}

TEST_CASE("postgres: a warning of a queued statement is no warning of the commit") {
    Place place;
    auto store = place.store();
    CHECK_NOTHROW(store.transact([&](Transaction& transaction) {
        transaction.queue(place.insert, 1, 10);
        transaction.queue("DO $$ BEGIN RAISE WARNING 'heavy'; END $$");
    }));
    CHECK(place.parcels() == "1");
}
