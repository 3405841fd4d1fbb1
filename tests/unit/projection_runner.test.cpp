// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Projections over the stores in memory, which have no transactions: at least once.

using namespace annals;
using namespace std::chrono_literals;
using bank::Account;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// Remembers what it was handed.
struct Journal {
    static constexpr std::string_view name = "journal";
    static constexpr bool takes_subset = true;
    using events = Account;

    std::vector<EventId> ids{};
    std::function<void(EventFacts const&)> before = nullptr; ///< called before an event is noted

    void handle(bank::Deposited const&, EventFacts const& at) {
        if (before) {
            before(at);
        }
        ids.push_back(at.event_id);
    }
};

struct Archive : Journal {
    static constexpr std::string_view name = "archive";
};

struct Nameless : Journal {
    static constexpr std::string_view name = "";
};

/// Tells how each read was asked for.
class ObservedReads : public Typed {
public:
    struct Read {
        Position after;
        std::size_t limit;
    };
    mutable std::vector<Read> reads;

    [[nodiscard]] auto
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        reads.push_back({after, limit});
        return Typed::read_all(after, limit, filter);
    }
};

template <class Store>
void deposit(Store& store, int times) {
    auto accounts = repository_for<Account>(store);
    for (; times > 0; --times) {
        accounts.transact("a-" + std::to_string(times % 3), [](Account& account) { account.deposit(1); });
    }
}

template <class Store>
std::vector<EventId> all_ids(Store const& store) {
    std::vector<EventId> ids;
    for (auto const& event : store.get_all_events()) {
        ids.push_back(event.event_id);
    }
    return ids;
}

template <class Store, class P>
void catch_up(Store& store, P& projection, std::size_t batch) {
    ProjectionRunner{store, std::ref(projection), {.batch = batch, .first_wait = 1ms}}.catch_up();
}

} // namespace

TEMPLATE_TEST_CASE("runner: each goes on where the one before has ended", "", Typed, Encoded) {
    for (std::size_t const batch : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
        TestType store;
        Journal journal;
        for (int const more : {0, 20, 0, 1, 7, 13}) {
            deposit(store, more);
            catch_up(store, journal, batch);
            auto const status = ProjectionControl{store}.status("journal").at(0);
            CHECK(status.position == store.head());
            CHECK(status.event_id == (more == 0 && journal.ids.empty() ? EventId{} : all_ids(store).back()));
            CHECK(journal.ids == all_ids(store));
        }
        CHECK(journal.ids.size() == 41);
    }
}

TEST_CASE("runner: it reads a batch at a time") {
    ObservedReads store;
    deposit(store, 20);
    store.reads.clear();
    Journal journal;
    catch_up(store, journal, 7);
    std::vector<std::int64_t> starts;
    for (auto const& read : store.reads) {
        if (read.limit == 7) {
            starts.push_back(read.after.first());
        } else {
            CHECK(read.limit == 1); // a look at the history
        }
    }
    CHECK(starts == std::vector<std::int64_t>{0, 7, 14});
}

TEST_CASE("runner: each name has a place of its own") {
    Typed store;
    deposit(store, 3);
    Journal journal;
    Archive archive;
    catch_up(store, journal, 500);
    CHECK(ProjectionControl{store}.status("archive").empty());
    catch_up(store, archive, 500);
    CHECK(journal.ids == archive.ids);
}

TEST_CASE("runner: a name that breaks the limits of names is refused") {
    Typed store;
    CHECK_THROWS_AS((ProjectionRunner{store, Nameless{}}.catch_up()), InvalidInput);
    CHECK(ProjectionControl{store}.list().empty());
}

TEST_CASE("runner: what the projection throws stops it at that event, and nothing is left out") {
    for (std::size_t const batch : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
        Typed store;
        deposit(store, 20);
        Journal journal;
        journal.before = [](EventFacts const& at) {
            if (at.position == Position{16}) {
                throw std::runtime_error{"poison"};
            }
        };
        CHECK_THROWS_AS(catch_up(store, journal, batch), ProjectionFailed);
        CHECK(ProjectionControl{store}.status("journal").at(0).position == Position{15});
        CHECK(journal.ids.size() == 15);
        journal.before = nullptr;
        catch_up(store, journal, batch);
        CHECK(journal.ids == all_ids(store));
    }
}

TEST_CASE("runner: of two one is fenced out") {
    Typed store;
    deposit(store, 20);
    Journal slow;
    Journal fast;
    std::int64_t noted = 0;
    slow.before = [&](EventFacts const& at) {
        if (at.position == Position{10}) {
            noted = ProjectionControl{store}.status("journal").at(0).position.first();
            // As if it stood still for longer than its lease.
            ProjectionRunner{store, std::ref(fast), {.poll = 1ms}}.catch_up(30s);
        }
    };
    ProjectionRunner runner{store, std::ref(slow), {.batch = 7, .lease = 20ms}};
    CHECK_THROWS_AS(runner.catch_up(30s), FencedOut);
    CHECK(noted < 10);
    CHECK(static_cast<std::int64_t>(fast.ids.size()) == 20 - noted);
    CHECK(ProjectionControl{store}.status("journal").at(0).position == Position{20});
}
