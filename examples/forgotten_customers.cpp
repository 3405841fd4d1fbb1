// SPDX-License-Identifier: MIT
// Personal data: compressed and encrypted on the disk, and gone for good when the customer asks for it.
//
//     forgotten_customers [FOLDER]

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/payload_pipeline.hpp>
#include <annals/sodium.hpp>
#include <annals/sqlite.hpp>
#include <annals/sqlite/key_store.hpp>
#include <annals/zstd.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>

struct OrderCreated {
    std::string customer_id; // says nothing of the customer
    annals::Personal<std::string> email;
};
struct NoteAdded {
    std::string text;
};
ANNALS_FIELDS(OrderCreated, customer_id, email)
ANNALS_FIELDS(NoteAdded, text)

struct OrderState {
    annals::Personal<std::string> email;
    std::string note;
};
ANNALS_FIELDS(OrderState, email, note)

class Order final : public annals::Aggregate<std::string, std::variant<OrderCreated, NoteAdded>> {
public:
    using Aggregate::Aggregate;

    void create(std::string const& customer, std::string email) {
        raise_event(OrderCreated{customer, {customer, std::move(email)}});
    }
    void add_note(std::string text) { raise_event(NoteAdded{std::move(text)}); }

    [[nodiscard]] OrderState const& snapshot() const { return state_; }
    void restore(OrderState state) { state_ = std::move(state); }

private:
    void apply_event(OrderCreated const& event) override { state_.email = event.email; }
    void apply_event(NoteAdded const& event) override { state_.note = event.text; }

    OrderState state_;
};

/// Prints how many of the application's files hold a text; they must be closed.
void look_for(std::string const& text, std::filesystem::path const& folder) {
    int hits = 0;
    for (auto const& file : std::filesystem::directory_iterator{folder}) {
        if (file.path().filename().string().starts_with("customers")) {
            std::ifstream in{file.path(), std::ios::binary};
            std::string const bytes{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
            hits += bytes.find(text) != std::string::npos ? 1 : 0;
        }
    }
    std::cout << "files that hold '" << text << "': " << hits << '\n';
}

/// The application's work. All its files are closed behind it.
void run(std::filesystem::path const& folder, annals::KeyRing const& ring, bool forget) {
    // Keys in a file of their own, which no backup of the events may contain.
    annals::SqliteKeyStore keys{(folder / "customers-keys.db").string()};
    auto const payloads = std::make_shared<annals::PayloadPipeline>(
        annals::PersonalData{keys}, annals::ZstdCompression{}, annals::Encryption{ring}
    );
    annals::SqliteEventStore store{(folder / "customers.db").string(), {.payloads = payloads}};
    auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{2});

    if (forget) {
        keys.forget("customer-7");
    } else {
        orders.transact("o-1", [](Order& order) {
            order.create("customer-7", "ann@example.com");
            order.add_note("leave it with the neighbours"); // and a snapshot is taken
        });
        orders.transact("o-2", [](Order& order) { order.create("customer-8", "bob@example.com"); });
    }
    for (auto const* const id : {"o-1", "o-2"}) {
        OrderState const state = orders.get_by_id(id)->snapshot(); // of o-1 from its snapshot
        std::cout << id << ": " << state.email.value_or("(forgotten)") << ", note '" << state.note << "'\n";
    }
    for (auto const& event : orders.get_events("o-1")) {
        if (auto const* const created = std::get_if<OrderCreated>(&event.payload)) {
            std::cout << "event " << event.version.value() << " of o-1: customer " << created->customer_id << ", "
                      << created->email.value_or("(forgotten)") << '\n';
        }
    }
}

int main(int argc, char** argv) try {
    std::filesystem::path const folder{argc > 1 ? argv[1] : "."};
    for (auto const* const file : {"customers.db", "customers-keys.db"}) {
        std::filesystem::remove(folder / file);
    }
    annals::KeyRing const ring{{"2026", annals::KeyRing::new_key()}}; // yours comes from a vault

    run(folder, ring, false);
    look_for("ann@example.com", folder);
    look_for("neighbours", folder);
    look_for("customer-7", folder); // with the key
    std::cout << "customer-7 asks to be forgotten\n";
    run(folder, ring, true);
    look_for("ann@example.com", folder);
    look_for("customer-7", folder);
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
