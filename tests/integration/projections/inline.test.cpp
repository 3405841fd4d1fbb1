// SPDX-License-Identifier: MIT

#include <annals/inline_projections.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

// Read models that the appends themselves bring up to date.

using namespace projections;
using namespace std::chrono_literals;
using annals::InlineProjections;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using annals::ProjectionState;
using bank::Totals;
using bank::Totals2;

using NewEvent = annals::NewEvent<annals::EncodedPayload>;

namespace {

std::vector<NewEvent> deposits(std::initializer_list<std::int64_t> amounts) {
    std::vector<NewEvent> events;
    annals::JsonCodec<bank::AccountEvent> const codec{};
    for (std::int64_t const amount : amounts) {
        events.push_back(
            {annals::new_event_id(), annals::system_clock().now(), {}, codec.encode(bank::Deposited{amount})}
        );
    }
    return events;
}

template <class Place>
void check_atomic() {
    Place const place;
    auto store = place.store();
    bool is_broken = false;
    Totals const totals{place.tables(), [&](annals::EventFacts const& at) {
                            if (is_broken && at.version.value() == 4) {
                                throw std::runtime_error{"no"};
                            }
                        }};
    InlineProjections bank_store{store, totals};
    static_assert(annals::EventStore<decltype(bank_store)>);
    auto accounts = annals::repository_for<bank::Account>(bank_store);
    accounts.transact("1", [](bank::Account& account) { account.open("Ann"); });
    accounts.transact("1", [](bank::Account& account) {
        account.deposit(3);
        account.deposit(4);
    });
    CHECK(lines(place, store).at("1") == bank::Line{7, 3, 3});
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 3);
    CHECK_NOTHROW(ProjectionControl{store}.wait_for(store.head(), "totals", 1ms));

    is_broken = true;
    auto const head = store.head();
    CHECK_THROWS_AS(accounts.transact("1", [](bank::Account& account) { account.deposit(5); }), std::runtime_error);
    CHECK(store.head() == head);
    CHECK(store.stream_version({"Account", "1"}) == annals::Version{3});
    CHECK(lines(place, store).at("1") == bank::Line{7, 3, 3});
    is_broken = false;
    accounts.transact("1", [](bank::Account& account) { account.deposit(5); });
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_repeated_append() {
    Place const place;
    auto store = place.store();
    InlineProjections bank_store{store, Totals{place.tables()}};
    annals::StreamName const stream{"Account", "1"};
    auto const events = deposits({1, 2});
    bank_store.append(stream, annals::ExpectedVersion::any(), events);
    CHECK(bank_store.append(stream, annals::ExpectedVersion::any(), events).already_appended);
    CHECK(lines(place, store) == bank::fold(store));

    auto const more = deposits({3});
    auto const others = deposits({4, 5});
    std::array<annals::StreamAppend<annals::EncodedPayload>, 2> const commit{
        {{stream, annals::ExpectedVersion::any(), more},
         {{"Account", "2"}, annals::ExpectedVersion::no_stream(), others}}
    };
    bank_store.append(commit);
    bank_store.append(commit);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 5);
    CHECK_THROWS_AS(
        bank_store.append({"Account", "2"}, annals::ExpectedVersion::no_stream(), deposits({6})),
        annals::ConcurrencyError
    );
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_take_over() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 10);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    bank::deposit(store, 10);
    InlineProjections bank_store{store, Totals{place.tables()}};
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 10);
    bank::deposit(bank_store, 10);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 20);
    auto const status = ProjectionControl{store}.status("totals").at(0);
    CHECK(status.state == ProjectionState::transacted);
    CHECK(status.is_served);
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::UsageError);

    InlineProjections again{store, Totals{place.tables()}}; // another process; nothing is counted again
    bank::deposit(again, 5);
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_take_over_from_runner() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 10);
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 2ms}};
    runner.start();
    ProjectionControl{store}.wait_for(store.head(), "totals", 30s);
    InlineProjections bank_store{store, Totals{place.tables()}};
    bank::deposit(bank_store, 10);
    CHECK_THROWS_AS(runner.wait(30s), annals::FencedOut); // it does not stand by for what never comes
    bank::deposit(bank_store, 10);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 20);
}

template <class Place>
void check_new_definition() {
    Place const place;
    auto store = place.store();
    InlineProjections old_store{store, Totals{place.tables()}};
    bank::deposit(old_store, 10);
    InlineProjections new_store{store, Totals2{place.tables()}};
    bank::deposit(new_store, 10);
    CHECK(lines(place, store, 2) == bank::fold(store));
    // The old code would leave the new read model without its events.
    auto const head = store.head();
    CHECK_THROWS_AS(bank::deposit(old_store, 1), annals::FencedOut);
    CHECK(store.head() == head);
    CHECK(lines(place, store, 2) == bank::fold(store));
    CHECK_THROWS_AS((InlineProjections{store, Totals{place.tables()}}), annals::FencedOut);
}

template <class Place>
void check_rebuild() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    {
        InlineProjections bank_store{store, Totals{place.tables()}};
        bank::deposit(bank_store, 10);
    }
    CHECK(control.rebuild("totals") == 2);
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::UsageError);
    InlineProjections bank_store{store, Totals{place.tables()}};
    bank::deposit(bank_store, 10);
    CHECK(control.served_generation("totals") == 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 20); // none of them twice
}

} // namespace

TEST_CASE("An inline projection is up to date when append returns") { check_atomic<SqlitePlace>(); }
TEST_CASE("postgres: an inline projection is up to date when append returns") { check_atomic<PostgresPlace>(); }

TEST_CASE("A repeated append is counted once inline") { check_repeated_append<SqlitePlace>(); }
TEST_CASE("postgres: a repeated append is counted once inline") { check_repeated_append<PostgresPlace>(); }

TEST_CASE("Appends take over a projection that was run") { check_take_over<SqlitePlace>(); }
TEST_CASE("postgres: appends take over a projection that was run") { check_take_over<PostgresPlace>(); }

TEST_CASE("Appends take over from a runner, which ends") { check_take_over_from_runner<SqlitePlace>(); }
TEST_CASE("postgres: appends take over from a runner, which ends") { check_take_over_from_runner<PostgresPlace>(); }

TEST_CASE("A newer definition fences out old code that appends inline") { check_new_definition<SqlitePlace>(); }
TEST_CASE("postgres: a newer definition fences out old code that appends inline") {
    check_new_definition<PostgresPlace>();
}

TEST_CASE("An inline projection is rebuilt by those who append, not by a runner") { check_rebuild<SqlitePlace>(); }
TEST_CASE("postgres: an inline projection is rebuilt by those who append, not by a runner") {
    check_rebuild<PostgresPlace>();
}
