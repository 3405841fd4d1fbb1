// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/subscriptions/support/followers.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <poll.h>
#include <string>

// What becomes of notifications that are lost: followers are slower for a moment, and miss nothing.

using namespace following;
using namespace std::chrono_literals;
using annals::PostgresEventStore;
using annals_tests::Session;

namespace {

/// A schema whose stores tell of each append.
class NotifyingPlace {
public:
    explicit NotifyingPlace(std::string const& conninfo) : schema_{conninfo} {
        schema_.options().notify = true;
        schema_.options().deadline = 3s; // how long a call may take that finds no server
    }

    [[nodiscard]] PostgresEventStore store() const { return schema_.store(); }
    [[nodiscard]] std::string tables() const { return schema_.sql("@."); }
    [[nodiscard]] Session session() const { return schema_.session(); }
    [[nodiscard]] std::string listen() const { return "LISTEN annals_" + schema_.options().schema; }
    /// A query for what they have in common, without some of them.
    [[nodiscard]] std::string of_listeners(std::string const& what, std::string const& but) const {
        return "SELECT " + what + " FROM pg_stat_activity WHERE query = '" + listen() + "' AND pid NOT IN (" + but +
               ')';
    }

private:
    reliability::TestSchema schema_;
};

/// None of their own: the store has one.
annals::AppendHint no_other_hint() { return {}; }

/// Broken: looks only when it is notified, on a connection that it takes to live for ever.
class Trusting {
public:
    Trusting(NotifyingPlace const& place, PostgresEventStore& store)
        : session_{place.session()}, feed_{store, {.start = annals::FeedStart::end()}} {
        session_.run(place.listen());
    }

    /// @returns false if no event has reached it in that time
    [[nodiscard]] bool gets_one(std::chrono::milliseconds time) {
        ::pollfd file{PQsocket(session_.handle()), POLLIN, 0};
        if (::poll(&file, 1, static_cast<int>(time.count())) <= 0 || PQconsumeInput(session_.handle()) != 1) {
            return false;
        }
        std::unique_ptr<PGnotify, decltype(&PQfreemem)> const notice{PQnotifies(session_.handle()), &PQfreemem};
        return notice && feed_.next(0ms) != nullptr;
    }

private:
    Session session_;
    annals::EventFeed<PostgresEventStore> feed_;
};

} // namespace

TEST_CASE("postgres: listening connections that are killed cost time, and no event") {
    NotifyingPlace const place{annals_tests::shared_conninfo()};
    auto store = place.store();
    Trusting trusting{place, store};
    bank::deposit(store, 1);
    CHECK(trusting.gets_one(30s));

    Followers followers{store, place.tables(), &no_other_hint};
    Session session = place.session();
    std::string killed = "0";
    std::chrono::duration<double, std::milli> longest{};
    int const rounds = reliability::scaled(100);
    for (int round = 0; round < rounds; ++round) {
        REQUIRE(comes_true([&] { return std::stoi(session.run(place.of_listeners("count(*)", killed))) >= 2; }));
        killed = session.run(place.of_listeners("string_agg(pid::text, ',')", killed));
        session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (" + killed + ')');
        auto const begun = std::chrono::steady_clock::now();
        REQUIRE(followers.get(bank::deposit(store, 3)));
        longest = (std::max)(longest, decltype(longest){std::chrono::steady_clock::now() - begun});
    }
    CHECK_FALSE(trusting.gets_one(300ms));
    followers.stop();
    followers.check(place, store);
    std::cout << "followers: " << rounds << " times without their notifications, at most " << longest.count()
              << " ms from append to handler\n";
}

TEST_CASE("postgres: followers get over a restart of the server, and end while it is away") {
    annals_tests::Server server;
    NotifyingPlace const place{server.conninfo()};
    auto store = place.store();
    Trusting trusting{place, store};
    annals::EventFeed<PostgresEventStore> feed{store};
    Ids pulled;
    Followers followers{store, place.tables(), &no_other_hint};
    CHECK(followers.get(bank::deposit(store, 20)));
    CHECK(trusting.gets_one(30s));
    for (std::string const how : {"fast", "immediate"}) {
        server.stop(how);
        CHECK_THROWS_AS(feed.next(100ms), annals::StoreError);
        server.start();
        auto restarted = place.store();
        CHECK(followers.get(bank::deposit(restarted, 20)));
        while (auto const* const event = feed.next(0ms)) {
            pulled.push_back(event->event_id);
        }
    }
    CHECK_FALSE(trusting.gets_one(300ms));
    server.stop("immediate");
    followers.stop();
    server.start();
    auto restarted = place.store();
    followers.check(place, restarted);
    CHECK(pulled == ids_of(restarted));
}
