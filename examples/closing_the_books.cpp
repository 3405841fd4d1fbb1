// SPDX-License-Identifier: MIT
// A standing order that goes on for years: its books are closed, the old events archived, read models stay right.
//
//     closing_the_books [FOLDER]

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/json/archive.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/sqlite.hpp>
#include <annals/with_archive.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

struct Delivered {
    std::int64_t cents{};
};
struct BooksClosed {
    static constexpr bool closes_books = true; // what is left of a stream may begin with it
    std::int64_t deliveries{};
    std::int64_t cents{};
};
ANNALS_FIELDS(Delivered, cents)
ANNALS_FIELDS(BooksClosed, deliveries, cents)

class StandingOrder final : public annals::Aggregate<std::string, std::variant<Delivered, BooksClosed>> {
public:
    using Aggregate::Aggregate;

    void deliver(std::int64_t cents) { raise_event(Delivered{cents}); }
    void close_books() { raise_event(BooksClosed{deliveries_, cents_}); }

    [[nodiscard]] std::int64_t deliveries() const noexcept { return deliveries_; }
    [[nodiscard]] std::int64_t cents() const noexcept { return cents_; }

private:
    void apply_event(Delivered const& event) override {
        ++deliveries_;
        cents_ += event.cents;
    }
    void apply_event(BooksClosed const& event) override { // sets the whole state
        deliveries_ = event.deliveries;
        cents_ = event.cents;
    }

    std::int64_t deliveries_ = 0;
    std::int64_t cents_ = 0;
};

// A read model: what each delivery brought in.

struct Revenue {
    static constexpr std::string_view name = "revenue";
    using events = StandingOrder;

    void prepare(std::int64_t generation, annals::sqlite::Transaction& transaction) {
        table = "revenue_" + std::to_string(generation);
        transaction.run("CREATE TABLE IF NOT EXISTS " + table + " (cents INTEGER NOT NULL)");
    }
    void handle(Delivered const& event, annals::EventFacts const&, annals::sqlite::Transaction& transaction) {
        transaction.queue("INSERT INTO " + table + " VALUES ($1)", event.cents);
    }
    void handle(BooksClosed const&) {} // all in it has been counted
    std::string table;
};

void print_revenue(annals::SqliteEventStore& store) {
    auto const generation = annals::ProjectionControl{store}.served_generation("revenue").value();
    store.read([&](auto& reader) {
        for (auto rows = reader.query("SELECT count(*), sum(cents) FROM revenue_" + std::to_string(generation));
             rows.next();) {
            std::cout << "revenue:   generation " << generation << " has " << rows.integer(0) << " deliveries of "
                      << rows.integer(1) << " cents\n";
        }
    });
}

int main(int argc, char** argv) try {
    std::filesystem::path const folder{argc > 1 ? argv[1] : "."};
    for (auto const* const file : {"books.db", "books-2025.ndjson"}) {
        std::filesystem::remove(folder / file);
    }
    annals::SqliteEventStore store{(folder / "books.db").string()};
    auto orders = annals::repository_for<StandingOrder>(store);
    auto const stream = orders.stream_of("tea");

    orders.transact("tea", [](StandingOrder& order) {
        order.deliver(500);
        order.deliver(700);
        order.deliver(900);
    });
    annals::ProjectionRunner{store, Revenue{}}.catch_up();
    print_revenue(store);

    // The year is over. What happened in it goes into a file, and then from the database.
    StandingOrder const closed = orders.transact("tea", [](StandingOrder& order) { order.close_books(); });
    annals::FileArchive archive{(folder / "books-2025.ndjson").string()};
    annals::archive_before(store, archive, stream, closed.version(), "books of 2025");
    orders.transact("tea", [](StandingOrder& order) { order.deliver(100); });

    for (auto const& event : orders.get_events("tea")) {
        std::cout << "in store:  version " << event.version.value() << '\n';
    }
    auto const order = orders.get_by_id("tea");
    std::cout << "loaded:    " << order->deliveries() << " deliveries of " << order->cents() << " cents\n";
    annals::WithArchive whole{store, archive};
    for (auto const& event : whole.get_events(stream)) {
        std::cout << "in both:   version " << event.version.value() << ", " << event.payload.type << '\n';
    }

    // The read model goes on where it was. Built anew, it needs the archive.
    annals::ProjectionRunner{store, Revenue{}}.catch_up();
    print_revenue(store);
    annals::ProjectionControl control{store};
    control.rebuild("revenue");
    try {
        annals::ProjectionRunner{store, Revenue{}}.catch_up();
    } catch (annals::UsageError const& refusal) {
        std::cout << "refused:   " << refusal.what() << '\n';
    }
    print_revenue(store); // still that, and the second generation is given up
    control.rebuild("revenue");
    annals::ProjectionRunner{whole, Revenue{}}.catch_up();
    print_revenue(store);

    // A stream that is at its end for good. Its last event stays.
    orders.transact("tea", [](StandingOrder& o) { o.close_books(); });
    store.tombstone(stream, "cancelled by the customer");
    try {
        orders.transact("tea", [](StandingOrder& o) { o.deliver(100); });
    } catch (annals::StreamTombstoned const& ended) {
        std::cout << "refused:   " << ended.what() << '\n';
    }
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
