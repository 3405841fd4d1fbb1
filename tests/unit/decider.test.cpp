// SPDX-License-Identifier: MIT

#include <annals/decider.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>

#include <array>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

using annals::Version;

namespace parking {

struct Entered {
    int cars = 0;
    friend bool operator==(Entered const&, Entered const&) = default;
};
struct Left {
    int cars = 0;
    friend bool operator==(Left const&, Left const&) = default;
};
using Event = std::variant<Entered, Left>;

struct Garage {
    int cars = 0;
    std::string log;
    friend bool operator==(Garage const&, Garage const&) = default;
};
void evolve(Garage& garage, Entered const& event) {
    if (event.cars > 1000) {
        throw std::overflow_error{"too many"};
    }
    garage.cars += event.cars;
    garage.log += 'e';
}
void evolve(Garage& garage, Left const& event) {
    garage.cars -= event.cars;
    garage.log += 'l';
}

struct Enter {
    std::vector<int> groups;
};
struct LeaveAll {};
struct Leave {
    int cars = 0;
};
struct Swap {};
struct Wait {};

std::vector<Event> decide(Garage const&, Enter const& command) {
    std::vector<Event> events;
    for (int const cars : command.groups) {
        events.emplace_back(Entered{cars});
    }
    return events;
}
Left decide(Garage const& garage, LeaveAll const&) { return Left{garage.cars}; }
Event decide(Garage const& garage, Leave const& command) {
    if (command.cars > garage.cars) {
        throw std::domain_error{"not that many cars"};
    }
    return Left{command.cars};
}
std::array<Event, 2> decide(Garage const&, Swap const&) { return {Left{1}, Entered{1}}; }
std::deque<Left> decide(Garage const&, Wait const&) { return {}; }

using Aggregate = annals::Decider<std::string, Garage, Event>;

} // namespace parking

using namespace parking;

TEST_CASE("decider: it models the same concepts as a class derived from Aggregate") {
    STATIC_REQUIRE(annals::AggregateRoot<Aggregate>);
    STATIC_REQUIRE(annals::Snapshottable<Aggregate>);
    STATIC_REQUIRE(std::same_as<annals::snapshot_state_t<Aggregate>, Garage>);
    STATIC_REQUIRE(annals::aggregate_type<Aggregate> == "Garage");
}

TEST_CASE("decider: a new one has the default state") {
    Aggregate const garage{"g-1"};
    CHECK(garage.id() == "g-1");
    CHECK(garage.state() == Garage{});
    CHECK(garage.version() == Version{});
    CHECK(garage.uncommitted_events().empty());
}

TEST_CASE("decider: it raises what is decided, be it one event, several or none") {
    Aggregate garage{"g-1"};
    garage.handle(Enter{{5, 2}});
    CHECK(garage.state() == Garage{7, "ee"});
    REQUIRE(garage.uncommitted_events().size() == 2);
    CHECK(garage.uncommitted_events()[1].payload == Event{Entered{2}});

    garage.handle(Enter{});
    garage.handle(Wait{});
    CHECK(garage.uncommitted_events().size() == 2);

    garage.handle(Leave{3});
    CHECK(garage.uncommitted_events()[2].payload == Event{Left{3}});
    garage.handle(Swap{});
    garage.handle(LeaveAll{});
    CHECK(garage.state() == Garage{0, "eellel"});
    CHECK(garage.uncommitted_events()[5].payload == Event{Left{4}});
    CHECK(garage.version() == Version{});

    garage.mark_committed();
    CHECK(garage.version() == Version{6});
    CHECK(garage.uncommitted_events().empty());
}

TEST_CASE("decider: what decide throws passes through and nothing is raised") {
    Aggregate garage{"g-1"};
    garage.handle(Enter{{1}});
    CHECK_THROWS_AS(garage.handle(Leave{2}), std::domain_error);
    CHECK(garage.state() == Garage{1, "e"});
    CHECK(garage.uncommitted_events().size() == 1);
}

TEST_CASE("decider: events before one whose handler throws stay raised") {
    Aggregate garage{"g-1"};
    CHECK_THROWS_AS(garage.handle(Enter{{1, 2000, 3}}), std::overflow_error);
    CHECK(garage.state() == Garage{1, "e"});
    REQUIRE(garage.uncommitted_events().size() == 1);
    garage.mark_committed();
    CHECK(garage.version() == Version{1});
}

TEST_CASE("decider: events are stamped from the context") {
    annals::testing::FixedClock clock{annals::Timestamp{std::chrono::seconds{9}}};
    annals::testing::SequentialIds ids;
    Aggregate garage{"g-1"};
    garage.set_context({{"request-1", "", "", {}}, &clock, &ids});
    garage.handle(Swap{});
    auto const raised = garage.uncommitted_events();
    CHECK(raised[0].event_id == annals::testing::SequentialIds::id(1));
    CHECK(raised[1].event_id == annals::testing::SequentialIds::id(2));
    CHECK(raised[1].timestamp == annals::Timestamp{std::chrono::seconds{9}});
    CHECK(raised[1].metadata.correlation_id == "request-1");
}

TEST_CASE("decider: history is replayed by the rules of every aggregate") {
    auto const stored = [](std::string id, std::int64_t version, Event event) {
        return annals::SourcedEvent<Event>{
            annals::new_event_id(),
            {"Garage", std::move(id)},
            Version{version},
            annals::Position{version},
            {},
            {},
            event
        };
    };
    Aggregate garage{"g-1"};
    garage.load_from_history(std::vector{stored("g-1", 1, Entered{5}), stored("g-1", 2, Left{2})});
    CHECK(garage.state() == Garage{3, "el"});
    CHECK(garage.version() == Version{2});
    CHECK_THROWS_AS(garage.load_from_history(std::vector{stored("g-1", 4, Left{1})}), annals::CorruptData);
    CHECK_THROWS_AS(garage.load_from_history(std::vector{stored("g-2", 3, Left{1})}), annals::UsageError);
    CHECK(garage.state() == Garage{3, "el"});
    garage.handle(Leave{1});
    CHECK_THROWS_AS(garage.replay(Version{3}, Left{1}), annals::UsageError);
}

TEST_CASE("decider: a restored state behaves as the one it was taken of") {
    Aggregate garage{"g-1"};
    garage.handle(Enter{{5, 2}});
    Aggregate other{"g-1"};
    other.restore(garage.snapshot());
    CHECK(other.state() == garage.state());
    other.handle(LeaveAll{});
    garage.handle(LeaveAll{});
    CHECK(other.state() == garage.state());
}
