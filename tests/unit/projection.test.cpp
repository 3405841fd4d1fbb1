// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/projection.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace annals;
using bank::Account;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// Remembers what it was handed.
struct Journal {
    std::vector<EventId> ids;
    std::vector<Position> positions;
    std::int64_t sum = 0;
    std::function<void(SourcedEvent<bank::Event> const&)> on_event;

    void handle(SourcedEvent<bank::Event> const& event) {
        if (on_event) {
            on_event(event);
        }
        ids.push_back(event.event_id);
        positions.push_back(event.position);
        if (auto const* const deposited = std::get_if<bank::Deposited>(&event.payload)) {
            sum += deposited->amount;
        }
    }
};

/// Tells how each read was asked for.
template <class Store>
class ObservedReads : public Store {
public:
    struct Read {
        Position after;
        std::size_t limit;
    };
    mutable std::vector<Read> reads;

    [[nodiscard]] auto read_all(Position after = {}, std::size_t limit = all_events) const {
        reads.push_back({after, limit});
        return Store::read_all(after, limit);
    }
};

template <class Store>
void deposit(Store& store, std::int64_t amount, int times) {
    auto accounts = repository_for<Account>(store);
    for (; times > 0; --times) {
        accounts.transact("a-" + std::to_string(times % 3), [amount](Account& account) { account.deposit(amount); });
    }
}

void append_foreign(Encoded& store) {
    NewEvent<EncodedPayload> const event{new_event_id(), Timestamp{}, {}, {"Foreign", 1, "secret"}};
    store.append({"Other", "o-1"}, ExpectedVersion::any(), std::span{&event, 1});
}

template <class Store>
std::vector<EventId> all_ids(Store const& store) {
    std::vector<EventId> ids;
    for (auto const& event : store.get_all_events()) {
        ids.push_back(event.event_id);
    }
    return ids;
}

} // namespace

TEMPLATE_TEST_CASE("project: every event is handed over in global order", "", Typed, Encoded) {
    TestType store;
    deposit(store, 2, 10);
    Journal journal;
    Position const end = project<bank::Event>(store, journal);
    CHECK(end == store.head());
    CHECK(journal.ids == all_ids(store));
    CHECK(journal.sum == 20);
    CHECK(std::is_sorted(journal.positions.begin(), journal.positions.end()));

    deposit(store, 1, 3);
    CHECK(project<bank::Event>(store, journal, end) == Position{13});
    CHECK(journal.ids == all_ids(store));
    CHECK(project<bank::Event>(store, journal, Position{13}) == Position{13});
    CHECK(journal.ids.size() == 13);
}

TEMPLATE_TEST_CASE("project: an empty store hands over nothing", "", Typed, Encoded) {
    TestType const store;
    Journal journal;
    CHECK(project<bank::Event>(store, journal) == Position{});
    CHECK(project<bank::Event>(store, journal, Position{7}) == Position{7});
    InMemoryCheckpointStore checkpoints;
    CHECK_FALSE(project<bank::Event>(store, journal, checkpoints, "journal"));
    CHECK_FALSE(checkpoints.load("journal"));
    CHECK(journal.ids.empty());
}

TEST_CASE("project: foreign events are passed over and counted as seen") {
    Encoded store;
    append_foreign(store);
    deposit(store, 5, 1);
    append_foreign(store);
    append_foreign(store);
    deposit(store, 7, 1);
    append_foreign(store);

    Journal journal;
    CHECK(project<bank::Event>(store, journal) == Position{6});
    CHECK(journal.sum == 12);
    CHECK(journal.positions == std::vector<Position>{Position{2}, Position{5}});

    for (std::size_t const batch : {std::size_t{1}, std::size_t{2}, std::size_t{500}}) {
        InMemoryCheckpointStore checkpoints;
        Journal again;
        auto const checkpoint = project<bank::Event>(store, again, checkpoints, "journal", batch);
        REQUIRE(checkpoint);
        CHECK(checkpoint->position == Position{6});
        CHECK(checkpoint->event_id == all_ids(store).back());
        CHECK(again.ids == journal.ids);
    }
}

TEST_CASE("project: an event that does not fit stops it after the ones before") {
    Encoded store;
    deposit(store, 5, 2);
    NewEvent<EncodedPayload> const broken{new_event_id(), Timestamp{}, {}, {"Deposited", 1, "secret"}};
    store.append({"Account", "a-1"}, ExpectedVersion::any(), std::span{&broken, 1});
    Journal journal;
    CHECK_THROWS_AS(project<bank::Event>(store, journal), DecodeError);
    CHECK(journal.ids.size() == 2);

    InMemoryCheckpointStore checkpoints;
    CHECK_THROWS_AS(project<bank::Event>(store, journal, checkpoints, "journal", 2), DecodeError);
    CHECK(checkpoints.load("journal")->position == Position{2});
}

TEMPLATE_TEST_CASE("project: the checkpoint goes on where it stood", "", Typed, Encoded) {
    for (std::size_t const batch : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
        TestType store;
        InMemoryCheckpointStore checkpoints;
        Journal journal;
        for (int const more : {20, 0, 1, 7, 13}) {
            deposit(store, 1, more);
            auto const checkpoint = project<bank::Event>(store, journal, checkpoints, "journal", batch);
            REQUIRE(checkpoint);
            CHECK(checkpoint->position == store.head());
            CHECK(checkpoint->event_id == all_ids(store).back());
            CHECK(checkpoint == checkpoints.load("journal"));
            CHECK(journal.ids == all_ids(store));
        }
        CHECK(journal.sum == 41);
    }
}

TEST_CASE("project: it reads a batch at a time") {
    ObservedReads<Typed> store;
    deposit(store, 1, 20);
    InMemoryCheckpointStore checkpoints;
    Journal journal;
    project<bank::Event>(store, journal, checkpoints, "journal", 7);
    REQUIRE(store.reads.size() >= 3);
    for (std::size_t i = 0; i < store.reads.size(); ++i) {
        CHECK(store.reads[i].limit == 7);
        CHECK(store.reads[i].after == Position{i < 3 ? static_cast<std::int64_t>(7 * i) : 20});
    }
}

TEST_CASE("project: each name has a checkpoint of its own") {
    Typed store;
    deposit(store, 1, 3);
    InMemoryCheckpointStore checkpoints;
    Journal first;
    Journal second;
    project<bank::Event>(store, first, checkpoints, "first");
    CHECK_FALSE(checkpoints.load("second"));
    project<bank::Event>(store, second, checkpoints, "second");
    CHECK(first.ids == second.ids);
}

TEST_CASE("project: what the projection throws stops it with the checkpoint before the batch") {
    for (std::size_t const batch : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
        Typed store;
        deposit(store, 1, 20);
        InMemoryCheckpointStore checkpoints;
        Journal journal;
        journal.on_event = [](SourcedEvent<bank::Event> const& event) {
            if (event.position == Position{16}) {
                throw std::runtime_error{"poison"};
            }
        };
        CHECK_THROWS_WITH(project<bank::Event>(store, journal, checkpoints, "journal", batch), "poison");
        CHECK(journal.ids.size() == 15);
        auto const checkpoint = checkpoints.load("journal");
        std::int64_t const settled = static_cast<std::int64_t>(15 - 15 % batch);
        if (settled == 0) {
            CHECK_FALSE(checkpoint);
        } else {
            REQUIRE(checkpoint);
            CHECK(checkpoint->position == Position{settled});
            CHECK(checkpoint->event_id == all_ids(store)[static_cast<std::size_t>(settled - 1)]);
        }

        // At least once: the batch is handled again, nothing is left out.
        Journal healed;
        project<bank::Event>(store, healed, checkpoints, "journal", batch);
        CHECK(healed.ids.size() == 20 - static_cast<std::size_t>(settled));
        CHECK(checkpoints.load("journal")->position == Position{20});
    }
}

TEST_CASE("project: of two runners one is fenced out") {
    Typed store;
    deposit(store, 1, 20);
    InMemoryCheckpointStore checkpoints;
    Journal slow;
    bool overtaken = false;
    slow.on_event = [&](SourcedEvent<bank::Event> const& event) {
        if (event.position == Position{10} && !overtaken) {
            overtaken = true;
            Journal fast;
            project<bank::Event>(store, fast, checkpoints, "journal", 4);
            CHECK(fast.ids.size() == 13); // from the slow one's first checkpoint at 7
        }
    };
    CHECK_THROWS_AS(project<bank::Event>(store, slow, checkpoints, "journal", 7), FencedOut);
    CHECK(checkpoints.load("journal")->position == Position{20});
    CHECK(project<bank::Event>(store, slow, checkpoints, "journal", 7)->position == Position{20});
}

TEST_CASE("project: a name that is none is refused") {
    Typed store;
    deposit(store, 1, 1);
    InMemoryCheckpointStore checkpoints;
    Journal journal;
    CHECK_THROWS_AS(project<bank::Event>(store, journal, checkpoints, ""), InvalidInput);
    CHECK_THROWS_AS(project<bank::Event>(store, journal, checkpoints, std::string(256, 'x')), InvalidInput);
}

TEST_CASE("project: batches of nothing are refused") {
    Typed store;
    deposit(store, 1, 1);
    InMemoryCheckpointStore checkpoints;
    Journal journal;
    CHECK_THROWS_AS(project<bank::Event>(store, journal, checkpoints, "journal", 0), UsageError);
}
