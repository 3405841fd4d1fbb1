// SPDX-License-Identifier: MIT

#include <annals/projection.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Which events reach a projection.

namespace shop {

struct Opened { // the bank has one of that name too
    std::string town;
};
struct Sold {
    std::int64_t price = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Opened, town)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Sold, price)

class Shop final : public annals::Aggregate<std::string, std::variant<Opened, Sold>> {
public:
    using Aggregate::Aggregate;
    void open(std::string town) { raise_event(Opened{std::move(town)}); }
    void sell(std::int64_t price) { raise_event(Sold{price}); }

private:
    void apply_event(Opened const&) override {}
    void apply_event(Sold const&) override {}
};

} // namespace shop

namespace {

using namespace projections;
using annals::ProjectionControl;
using annals::ProjectionRunner;

/// All events of two aggregates, in the order in which they came.
struct Diary {
    static constexpr std::string_view name = "diary";
    using events = annals::EventsOf<bank::Account, shop::Shop>;
    std::string text{};

    void handle(bank::Opened const& event) { text += "account of " + event.owner + ';'; }
    void handle(bank::Deposited const& event) { text += '+' + std::to_string(event.amount) + ';'; }
    void handle(bank::Closed const&) { text += "closed;"; }
    void handle(shop::Opened const& event, annals::EventFacts const& at) {
        text += at.aggregate_id() + " in " + event.town + ';';
    }
    void handle(shop::Sold const& event) { text += '-' + std::to_string(event.price) + ';'; }
};

/// Some events of one aggregate.
struct Openings {
    static constexpr std::string_view name = "openings";
    static constexpr bool takes_subset = true;
    using events = bank::Account;
    int count = 0;

    void handle(bank::Opened const&) { ++count; }
};

/// Events of some types, in whatever streams.
struct Sales {
    static constexpr std::string_view name = "sales";
    using events = std::variant<shop::Sold>;
    std::int64_t total = 0;

    void handle(shop::Sold const& event) { total += event.price; }
};

template <class Store>
void write(Store& store) {
    auto accounts = annals::repository_for<bank::Account>(store);
    auto shops = annals::repository_for<shop::Shop>(store);
    accounts.transact("1", [](bank::Account& account) { account.open("Ann"); });
    shops.transact("1", [](shop::Shop& shop) { shop.open("Rome"); });
    accounts.transact("1", [](bank::Account& account) { account.deposit(5); });
    shops.transact("1", [](shop::Shop& shop) { shop.sell(7); });
    accounts.transact("1", [](bank::Account& account) { account.close("done"); });
}

constexpr std::string_view whole_text = "account of Ann;1 in Rome;+5;-7;closed;";

template <class Place>
void check_choice() {
    Place const place;
    auto store = place.store();
    write(store);
    Diary diary;
    Openings openings;
    Sales sales;
    ProjectionRunner{store, std::ref(diary)}.catch_up();
    ProjectionRunner{store, std::ref(openings)}.catch_up();
    ProjectionRunner{store, std::ref(sales)}.catch_up();
    CHECK(diary.text == whole_text);
    CHECK(openings.count == 1);
    CHECK(sales.total == 7);
    CHECK(ProjectionControl{store}.list().size() == 3);
    for (auto const& status : ProjectionControl{store}.list()) {
        CHECK(status.position == store.head()); // also past what does not concern it
    }

    // The same definitions, folded on demand.
    Diary fold;
    annals::project(store, fold);
    CHECK(fold.text == whole_text);
    Diary of_shop;
    annals::project(store, of_shop, annals::StreamName{"Shop", "1"});
    CHECK(of_shop.text == "1 in Rome;-7;");
}

template <class Place>
void check_unknown_type() {
    Place const place;
    auto store = place.store();
    write(store);
    std::vector<annals::NewEvent<annals::EncodedPayload>> const unknown{
        {annals::new_event_id(), annals::system_clock().now(), {}, {"Frozen", 1, "{}"}}
    };
    store.append({"Lorry", "1"}, annals::ExpectedVersion::any(), unknown); // nobody's
    Diary diary;
    CHECK_NOTHROW((ProjectionRunner{store, std::ref(diary)}.catch_up()));

    std::vector<annals::NewEvent<annals::EncodedPayload>> const newer{
        {annals::new_event_id(), annals::system_clock().now(), {}, {"Frozen", 1, "{}"}}
    };
    store.append({"Account", "1"}, annals::ExpectedVersion::any(), newer);
    CHECK_THROWS_AS((ProjectionRunner{store, std::ref(diary)}.catch_up()), annals::ProjectionFailed);
    CHECK(ProjectionControl{store}.status("diary").at(0).failure->event_id == newer[0].event_id);
    // Also where a subset is taken: nobody has said that this one is not wanted.
    Openings openings;
    CHECK_THROWS_AS((ProjectionRunner{store, std::ref(openings)}.catch_up()), annals::ProjectionFailed);
    Sales sales;
    CHECK_NOTHROW((ProjectionRunner{store, std::ref(sales)}.catch_up()));
}

} // namespace

TEST_CASE("A projection takes the events that it names, and no others") { check_choice<SqlitePlace>(); }
TEST_CASE("postgres: a projection takes the events that it names, and no others") { check_choice<PostgresPlace>(); }

TEST_CASE("An unknown event in a category stops those that take the category") { check_unknown_type<SqlitePlace>(); }
TEST_CASE("postgres: an unknown event in a category stops those that take the category") {
    check_unknown_type<PostgresPlace>();
}
