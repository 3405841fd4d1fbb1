// SPDX-License-Identifier: MIT

#include <annals/inline_projections.hpp>
#include <annals/memory/message_bus.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/relay.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Followers of a log in which events were truncated: those that have handled them go on, and nothing is built without
// them unless it says so.

using namespace projections;
using namespace std::chrono_literals;
using annals::InlineProjections;
using annals::PoisonPolicy;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using annals::ProjectionState;
using annals::Version;
using bank::Totals;
using bank::Totals2;

namespace {

annals::StreamName account(int number) { return {"Account", "a" + std::to_string(number)}; }

/// Takes away all but the last event of some accounts, which are as many as that.
template <class Store>
void truncate(Store& store, int accounts = 1) {
    for (int number = 0; number < accounts; ++number) {
        store.truncate_before(account(number), store.stream_version(account(number)), "books closed");
    }
}

struct Unbothered : Totals {
    static constexpr bool accepts_truncated = true;
};

/// Of aggregates that have lost nothing.
struct Others {
    static constexpr std::string_view name = "others";
    struct Teller {
        using event_type = bank::AccountEvent;
    };
    using events = Teller;
    static constexpr bool takes_subset = true;
    void handle(bank::Opened const&) {}
};

template <class Work>
std::string refusal_of(Work&& work) {
    try {
        work();
    } catch (annals::UsageError const& error) {
        return error.what();
    }
    return "accepted";
}

template <class Place>
void check_resumes() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    auto const checkpoint = control.status("totals").at(0);
    bank::deposit(store, 10);
    auto const whole = bank::fold(store);
    truncate(store, 5);
    CHECK_FALSE(store.find_event(checkpoint.event_id)); // what the checkpoint names is gone

    // All that it has not handled is there still, but for what was truncated of that.
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    auto const row = control.status("totals").at(0);
    CHECK(row.state == ProjectionState::active);
    CHECK(row.position == store.head());
    CHECK(lines(place, store).at("a0").version == whole.at("a0").version);
    CHECK(lines(place, store).at("a0").events == whole.at("a0").events - 1); // of two new ones the last is left

    // Also when the events at the end of the log are gone, or are the mark of an ended stream.
    bank::deposit(store, 1, 1);
    store.tombstone(account(1), "duplicate");
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    CHECK(control.status("totals").at(0).position == store.head());
    bank::deposit(store, 1, 1);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    CHECK(lines(place, store).at("a0").events == whole.at("a0").events + 1);
}

template <class Place>
void check_under_way() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    ProjectionRunner runner{store, Totals{place.tables()}, {.batch = 3, .poll = 2ms}};
    runner.start();
    std::int64_t deposits = 0;
    for (int round = 0; round < 20; ++round) {
        control.wait_for(bank::deposit(store, 10), "totals", 30s);
        deposits += 10;
        truncate(store, 5);
    }
    runner.stop();
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == deposits);
}

template <class Place>
void check_rebuild_refused() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    truncate(store, 3);
    for (std::int64_t const generation : {2, 3}) {
        auto const before = lines(place, store);
        CHECK(control.rebuild("totals") == generation);
        CHECK_THROWS_AS(control.rebuild("totals"), annals::UsageError); // it is to be built
        std::string const refusal = refusal_of([&] { ProjectionRunner{store, Totals{place.tables()}}.catch_up(); });
        CHECK(
            refusal == "annals: projection 'totals' would be built without the truncated events of 'Account/a0' and 2 "
                       "more: run it over annals::WithArchive, or say `static constexpr bool accepts_truncated = true;`"
        );
        CHECK(lines(place, store) == before);
        CHECK(control.served_generation("totals") == 1);
        // The next one goes on with what is served.
        bank::deposit(store, 1, 1);
        ProjectionRunner{store, Totals{place.tables()}}.catch_up();
        CHECK(lines(place, store).at("a0").events == before.at("a0").events + 1);
    }
}

template <class Place>
void check_new_definition_refused() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    truncate(store);
    ProjectionRunner runner{store, Totals2{place.tables()}, {.poll = 2ms}};
    runner.start();
    CHECK_THROWS_AS(runner.wait(30s), annals::UsageError);
    CHECK(control.status("totals").at(1).state == ProjectionState::failed);
    CHECK(control.status("totals").at(1).failure->reason.find("Account/a0'") != std::string::npos);
    CHECK(control.served_generation("totals") == 1);
    CHECK_NOTHROW(ProjectionRunner{store, Totals{place.tables()}}.catch_up());
    // Each time, also after it was claimed once.
    CHECK_THROWS_AS((ProjectionRunner{store, Totals2{place.tables()}}.catch_up()), annals::UsageError);
}

template <class Place>
void check_accepted() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    truncate(store, 2);
    CHECK_NOTHROW(ProjectionRunner{store, Others{}}.catch_up());
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::UsageError);
    ProjectionRunner{store, Unbothered{{place.tables()}}}.catch_up();
    CHECK(control.served_generation("totals") == 1);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 14);

    std::size_t published = 0;
    annals::InProcessBus bus;
    bus.subscribe([&](annals::Message const&) { ++published; });
    annals::Relay relay{store, bus, "relay", [](annals::SourcedEvent<annals::EncodedPayload> const& event) {
                            return annals::Message{event.event_id, "accounts", to_text(event.stream), {}, "{}"};
                        }};
    relay.catch_up();
    CHECK(published == 14);
}

template <class Place>
void check_inline() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 20);
    {
        InlineProjections const all{store, Totals{place.tables()}};
    }
    auto const before = lines(place, store);
    truncate(store, 2);
    // What was built of all goes on; what is new does not begin.
    InlineProjections again{store, Totals{place.tables()}};
    bank::deposit(again, 1, 1);
    CHECK(lines(place, store).at("a0").events == before.at("a0").events + 1);
    auto const refuse = [&] { InlineProjections{store, Totals2{place.tables()}}; };
    CHECK(refusal_of(refuse).find("'Account/a0' and 1 more") != std::string::npos);
    ProjectionControl control{store};
    CHECK(control.status("totals").size() == 1);
    CHECK(control.served_generation("totals") == 1);
    bank::deposit(again, 1, 1);
    CHECK(lines(place, store).at("a0").events == before.at("a0").events + 2);
}

template <class Place>
void check_inline_accepted() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 20);
    truncate(store, 2);
    CHECK_THROWS_AS((InlineProjections{store, Totals{place.tables()}}), annals::UsageError);
    InlineProjections accepting{store, Unbothered{{place.tables()}}};
    CHECK(lines(place, store) == bank::fold(store));
    bank::deposit(accepting, 10);
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_dead_letters() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20); // four to an account
    auto const refuse = [](annals::EventFacts const& at) {
        if (at.version == Version{2}) {
            throw std::runtime_error{"cannot digest this"};
        }
    };
    ProjectionRunner{
        store,
        Totals{place.tables(), refuse},
        {.batch = 8, .on_poison = PoisonPolicy::put_aside, .attempts = 1, .first_wait = 1ms}
    }
        .catch_up();
    REQUIRE(control.dead_letters("totals").size() == 5);
    truncate(store, 2);
    store.tombstone(account(4), "duplicate");
    Totals mended{place.tables()};
    CHECK(control.replay_dead_letters(mended) == 2);
    CHECK(control.dead_letters("totals").empty());
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 17);
}

/// Remembers the versions that it was handed.
struct Journal {
    static constexpr std::string_view name = "journal";
    static constexpr bool takes_subset = true;
    using events = bank::Account;

    std::vector<std::int64_t> versions{};
    std::function<void(annals::EventFacts const&)> before = nullptr;

    void handle(bank::Deposited const&, annals::EventFacts const& at) {
        if (before) {
            before(at);
        }
        versions.push_back(at.version.value());
    }
};

struct LateJournal : Journal {
    static constexpr std::string_view name = "late";
};

void check_in_memory() {
    annals::InMemoryEventStore<annals::EncodedPayload> store;
    ProjectionControl control{store};
    bank::deposit(store, 4, 1);
    Journal journal;
    journal.before = [](annals::EventFacts const& at) {
        if (at.version == Version{2} || at.version == Version{6}) {
            throw std::runtime_error{"cannot digest this"};
        }
    };
    annals::ProjectionOptions const options{.on_poison = PoisonPolicy::put_aside, .attempts = 1, .first_wait = 1ms};
    ProjectionRunner{store, std::ref(journal), options}.catch_up();
    bank::deposit(store, 3, 1);
    store.truncate_before(account(0), Version{6}, "books closed"); // so what the checkpoint names is gone
    ProjectionRunner{store, std::ref(journal), options}.catch_up();
    CHECK(journal.versions == std::vector<std::int64_t>{1, 3, 4, 7});
    REQUIRE(control.dead_letters("journal").size() == 2);
    journal.before = nullptr;
    CHECK(control.replay_dead_letters(journal) == 1);
    CHECK(journal.versions.back() == 6);
    CHECK(control.dead_letters("journal").empty());

    LateJournal late;
    CHECK_THROWS_AS((ProjectionRunner{store, std::ref(late)}.catch_up()), annals::UsageError);
    CHECK_THROWS_AS((InlineProjections{store, std::ref(late)}), annals::UsageError);
    CHECK(late.versions.empty());
}

} // namespace

TEST_CASE("A projection goes on from a truncated event") { check_resumes<SqlitePlace>(); }
TEST_CASE("postgres: a projection goes on from a truncated event") { check_resumes<PostgresPlace>(); }

TEST_CASE("A projection follows while events are truncated", "[concurrency]") { check_under_way<SqlitePlace>(); }
TEST_CASE("postgres: a projection follows while events are truncated", "[concurrency]") {
    check_under_way<PostgresPlace>();
}

TEST_CASE("A projection is not rebuilt of a log that has lost its events") { check_rebuild_refused<SqlitePlace>(); }
TEST_CASE("postgres: a projection is not rebuilt of a log that has lost its events") {
    check_rebuild_refused<PostgresPlace>();
}

TEST_CASE("A projection is not built anew of a log that has lost its events") {
    check_new_definition_refused<SqlitePlace>();
}
TEST_CASE("postgres: a projection is not built anew of a log that has lost its events") {
    check_new_definition_refused<PostgresPlace>();
}

TEST_CASE("A projection that says so is built of what is left") { check_accepted<SqlitePlace>(); }
TEST_CASE("postgres: a projection that says so is built of what is left") { check_accepted<PostgresPlace>(); }

TEST_CASE("A projection kept up to date by appends goes on after a truncation") { check_inline<SqlitePlace>(); }
TEST_CASE("postgres: a projection kept up to date by appends goes on after a truncation") {
    check_inline<PostgresPlace>();
}

TEST_CASE("A projection kept up to date by appends begins with what is left, if it says so") {
    check_inline_accepted<SqlitePlace>();
}
TEST_CASE("postgres: a projection kept up to date by appends begins with what is left, if it says so") {
    check_inline_accepted<PostgresPlace>();
}

TEST_CASE("A projection forgets the dead letters of truncated events") { check_dead_letters<SqlitePlace>(); }
TEST_CASE("postgres: a projection forgets the dead letters of truncated events") {
    check_dead_letters<PostgresPlace>();
}

TEST_CASE("A projection over a store in memory goes on after a truncation, and none begins") { check_in_memory(); }
