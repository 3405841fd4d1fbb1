// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

// Aggregates whose streams have lost their beginning.

using annals::StreamTruncated;
using annals::Timestamp;
using annals::Version;

namespace {

struct Counted {
    int number{};
};
ANNALS_FIELDS(Counted, number)
struct YearClosed {
    static constexpr bool closes_books = true;
    int total{};
};
ANNALS_FIELDS(YearClosed, total)
using Event = std::variant<Counted, YearClosed>;

struct Sum {
    int total{};
};
ANNALS_FIELDS(Sum, total)

class Ledger final : public annals::Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;

    void count(int number) { raise_event(Counted{number}); }
    void close() { raise_event(YearClosed{state_.total}); }
    [[nodiscard]] int total() const { return state_.total; }
    [[nodiscard]] Sum snapshot() const { return state_; }
    void restore(Sum state) { state_ = state; }

private:
    void apply_event(Counted const& event) override { state_.total += event.number; }
    void apply_event(YearClosed const& event) override { state_.total = event.total; }

    Sum state_;
};

/// A stream of ten events, the fifth of which closes the books; the snapshot, if any, is at the eighth.
template <class Ledgers>
void fill(Ledgers& ledgers) {
    for (int n = 1; n <= 10; ++n) {
        ledgers.transact("l", [n](Ledger& ledger) {
            if (n == 5) {
                ledger.close();
            } else {
                ledger.count(n);
            }
        });
    }
}
constexpr int total = 1 + 2 + 3 + 4 + 6 + 7 + 8 + 9 + 10;

template <class Store>
[[nodiscard]] Store new_store() {
    if constexpr (std::is_same_v<Store, annals::SqliteEventStore>) {
        return annals::SqliteEventStore{":memory:"};
    } else {
        return Store{};
    }
}

annals::StreamName const stream{"Ledger", "l"};

} // namespace

TEMPLATE_TEST_CASE(
    "truncated streams: what was before the beginning is said to be gone, not to have never been",
    "",
    annals::InMemoryEventStore<Event>,
    annals::SqliteEventStore
) {
    auto store = new_store<TestType>();
    auto ledgers = annals::repository_for<Ledger>(store);
    fill(ledgers);
    Timestamp const long_ago{};
    CHECK_FALSE(ledgers.get_as_of("l", long_ago));
    store.truncate_before(stream, Version{5}, "a year is over");

    CHECK(ledgers.get_by_id("l")->total() == total);
    CHECK(ledgers.get_as_of("l", Version{6})->total() == 16);
    CHECK(ledgers.get_as_of("l", Version{5})->total() == 10);
    CHECK_THROWS_AS(ledgers.get_as_of("l", Version{4}), StreamTruncated);
    CHECK_THROWS_AS(ledgers.get_as_of("l", Version{1}), StreamTruncated);
    CHECK_THROWS_AS(ledgers.get_as_of("l", long_ago), StreamTruncated);
    try {
        static_cast<void>(ledgers.get_as_of("l", Version{4}));
    } catch (StreamTruncated const& error) {
        CHECK(error.first() == Version{5});
        CHECK(error.stream() == stream);
    }
    CHECK_FALSE(ledgers.get_as_of("another", Version{4}));
    ledgers.transact("l", [](Ledger& ledger) { ledger.count(1); });
    CHECK(ledgers.get_by_id("l")->total() == total + 1);
}

TEMPLATE_TEST_CASE(
    "truncated streams: a snapshot is of use as long as its event is there",
    "",
    annals::InMemoryEventStore<Event>,
    annals::SqliteEventStore
) {
    auto store = new_store<TestType>();
    auto ledgers = annals::repository_for<Ledger>(store, annals::EveryNEvents{8});
    auto without = annals::repository_for<Ledger>(store);
    fill(ledgers);
    SECTION("up to the event that closes the books") {
        store.truncate_before(stream, Version{5}, "a year is over");
        CHECK(ledgers.get_by_id("l")->snapshot_mark().version == Version{8});
        CHECK(ledgers.get_by_id("l")->total() == total);
        CHECK(without.get_by_id("l")->total() == total);
    }
    SECTION("up to its own event") {
        store.truncate_before(stream, Version{8}, "there is a snapshot");
        CHECK(ledgers.get_by_id("l")->total() == total);
        CHECK_THROWS_AS(without.get_by_id("l"), StreamTruncated); // there is nothing else to begin with
    }
    SECTION("beyond its event, to one that closes the books") {
        ledgers.transact("l", [](Ledger& ledger) { ledger.close(); });
        store.truncate_before(stream, Version{11}, "another year is over");
        CHECK(ledgers.get_by_id("l")->snapshot_mark().version == Version{});
        CHECK(ledgers.get_by_id("l")->total() == total);
        for (int i = 0; i < 5; ++i) {
            ledgers.transact("l", [](Ledger& ledger) { ledger.count(1); });
        }
        CHECK(ledgers.get_by_id("l")->snapshot_mark().version == Version{16});
        CHECK(ledgers.get_by_id("l")->total() == total + 5);
        CHECK(without.get_by_id("l")->total() == total + 5);
    }
    CHECK(ledgers.failed_snapshots() == 0);
}
