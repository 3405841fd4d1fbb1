// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/files_hold.hpp>
#include <tests/integration/sqlite/support/veil.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <memory>
#include <string>
#include <vector>

// What `Options::payloads` does to the data of events and snapshots on their way into the file and back.

namespace {

using annals::EncodedPayload;
using annals::ExpectedVersion;
using annals::SqliteEventStore;
using annals::StreamName;
using annals::Version;
using integration::files_hold;
using integration::Veil;
using reliability::TempDirectory;
using Sent = std::vector<annals::NewEvent<EncodedPayload>>;

StreamName const orders{"Order", "1"};
StreamName const others{"Order", "2"};

Sent secrets(int count) {
    Sent events;
    for (int n = 0; n < count; ++n) {
        events.push_back(
            {annals::new_event_id(),
             annals::system_clock().now(),
             {},
             {"Noted", 1, "\"secret " + std::to_string(n) + '"'}}
        );
    }
    return events;
}

template <class Range>
std::vector<std::string> data_of(Range&& range) {
    std::vector<std::string> all;
    for (auto const& event : range) {
        all.push_back(event.payload.data);
    }
    return all;
}

std::vector<std::string> data_of(Sent const& events) {
    std::vector<std::string> all;
    for (auto const& event : events) {
        all.push_back(event.payload.data);
    }
    return all;
}

bool shows_secret(std::vector<std::string> const& data) {
    for (std::string const& each : data) {
        if (each.find("secret") != std::string::npos) {
            return true;
        }
    }
    return false;
}

/// A store that seals; in a file or in memory.
struct Sealing {
    explicit Sealing(bool in_memory) : path{in_memory ? ":memory:" : directory.file("events.db")} {}

    TempDirectory directory;
    std::string path;
    std::shared_ptr<Veil> veil = std::make_shared<Veil>("key");
    SqliteEventStore store{path, {.payloads = veil}};
};

} // namespace

TEST_CASE("Events are sealed in the file and handed out open", "[sqlite]") {
    Sealing made{GENERATE(false, true)};
    auto& store = made.store;
    Sent const first = secrets(3);
    Sent const second = secrets(2);
    store.append(orders, ExpectedVersion::no_stream(), first);
    store.transact([&](annals::sqlite::Transaction& in) {
        in.append(others, ExpectedVersion::no_stream(), second);
        CHECK(data_of(in.get_events(others)) == data_of(second));
        REQUIRE(in.find_event(second[1].event_id));
        CHECK(in.find_event(second[1].event_id)->payload == second[1].payload);
        auto rows = in.query("SELECT group_concat(data) FROM events");
        REQUIRE(rows.next());
        CHECK_FALSE(shows_secret({std::string{rows.text(0)}}));
    });

    CHECK(data_of(store.get_events(orders)) == data_of(first));
    CHECK(data_of(store.get_events(others)) == data_of(second));
    CHECK(data_of(store.read_all(annals::Position{3})) == data_of(second));
    REQUIRE(store.find_event(first[1].event_id));
    CHECK(store.find_event(first[1].event_id)->payload == first[1].payload);
    CHECK(store.find_event(first[1].event_id)->version == Version{2});
    CHECK_FALSE(store.find_event(annals::new_event_id()));

    auto const stored = store.as_stored();
    CHECK_FALSE(shows_secret(data_of(stored.get_all_events())));
    CHECK_FALSE(shows_secret(data_of(stored.get_events(orders))));
    CHECK_FALSE(shows_secret({stored.find_event(first[1].event_id)->payload.data}));
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("Nothing of sealed events stands plainly in the files", "[sqlite]") {
    Sealing made{false};
    made.store.append(orders, ExpectedVersion::no_stream(), secrets(300));
    CHECK(files_hold(made.path, "veil:"));
    CHECK_FALSE(files_hold(made.path, "secret"));
}

TEST_CASE("A repeated append is recognised though it is sealed anew", "[sqlite]") {
    Sealing made{GENERATE(false, true)};
    auto& store = made.store;
    Sent const events = secrets(2);
    store.append(orders, ExpectedVersion::no_stream(), events);
    CHECK(store.append(orders, ExpectedVersion::no_stream(), events).already_appended);
    store.transact([&](annals::sqlite::Transaction& in) {
        CHECK(in.append(orders, ExpectedVersion::no_stream(), events).already_appended);
    });
    CHECK(data_of(store.get_all_events()).size() == 2);

    Sent changed = events;
    changed[1].payload.data = "\"another\"";
    CHECK_THROWS_AS(store.append(orders, ExpectedVersion::no_stream(), changed), annals::IdempotencyMismatch);
    CHECK_THROWS_AS(store.append(others, ExpectedVersion::no_stream(), events), annals::IdempotencyMismatch);

    SECTION("or was stored before anything was sealed") {
        SqliteEventStore plain = store.as_stored();
        Sent const old = secrets(1);
        plain.append(others, ExpectedVersion::no_stream(), old);
        CHECK(store.append(others, ExpectedVersion::no_stream(), old).already_appended);
        CHECK(data_of(store.get_events(others)) == data_of(old));
    }
}

TEST_CASE("An append to a file whose keys are not at hand is refused, not a mismatch", "[sqlite]") {
    Sealing const made{false};
    Sent const events = secrets(1);
    SqliteEventStore{made.store}.append(orders, ExpectedVersion::no_stream(), events);
    SqliteEventStore other{made.path, {.payloads = std::make_shared<Veil>("another key")}};
    CHECK_THROWS_AS(other.append(orders, ExpectedVersion::no_stream(), events), annals::UnreadablePayload);
}

TEST_CASE("What cannot be opened is a DecodeError that says where", "[sqlite]") {
    Sealing made{false};
    made.store.append(orders, ExpectedVersion::no_stream(), secrets(3));
    SqliteEventStore const other{made.path, {.payloads = std::make_shared<Veil>("another key")}};
    try {
        data_of(other.get_events(orders, Version{1}));
        FAIL("it was opened");
    } catch (annals::DecodeError const& error) {
        CHECK(error.stream() == orders);
        CHECK(error.version() == Version{2});
        CHECK(error.type() == "Noted");
    }
    CHECK_THROWS_AS(data_of(other.read_all()), annals::DecodeError);
    CHECK_NOTHROW(other.verify());
    CHECK(data_of(other.as_stored().read_all()).size() == 3);
}

TEST_CASE("A key store that fails does not make a reader lose an event", "[sqlite]") {
    Sealing made{GENERATE(false, true)};
    Sent const events = secrets(400); // more than a page
    made.store.append(orders, ExpectedVersion::no_stream(), events);
    int calls = 0;
    made.veil->work = [&calls] {
        if (++calls % 3 == 0) {
            throw annals::StoreError{"no keys just now", "", true};
        }
    };
    auto const read_patiently = [](auto cursor) {
        std::vector<std::string> all;
        while (true) {
            try {
                auto const* const event = cursor.next();
                if (event == nullptr) {
                    return all;
                }
                all.push_back(event->payload.data);
            } catch (annals::StoreError const&) {
                // again
            }
        }
    };
    annals::sqlite::detail::Source const source{made.store.database(), made.veil.get()};
    CHECK(read_patiently(annals::sqlite::detail::StreamCursor{source, orders, Version{}}) == data_of(events));
    CHECK(
        read_patiently(annals::sqlite::detail::LogCursor{source, {}, annals::all_events, annals::EventFilter{}}) ==
        data_of(events)
    );
    CHECK(calls > 1'000);
}

TEST_CASE("Nobody waits for a connection while something is sealed or opened", "[sqlite]") {
    Sealing made{true}; // a single connection, which a thread cannot have twice
    Sent const events = secrets(2);
    int calls = 0;
    made.veil->work = [&] {
        ++calls;
        made.store.transact([](auto&) {});
    };
    made.store.append(orders, ExpectedVersion::no_stream(), events);
    CHECK(data_of(made.store.get_events(orders)) == data_of(events));
    CHECK(data_of(made.store.read_all()) == data_of(events));
    CHECK(made.store.find_event(events[0].event_id)->payload == events[0].payload);
    auto snapshots = made.store.snapshot_store();
    snapshots.save({orders, Version{2}, events[1].event_id, events[1].timestamp, {"State", 1, "{}"}});
    CHECK(snapshots.load(orders)->state.data == "{}");
    CHECK(calls == 9);
}

TEST_CASE("Snapshots are sealed for their stream, event and version", "[sqlite]") {
    Sealing made{GENERATE(false, true)};
    annals::Snapshot<EncodedPayload> const snapshot{
        orders, Version{7}, annals::new_event_id(), annals::system_clock().now(), {"State", 1, "\"secret\""}
    };
    auto snapshots = made.store.snapshot_store();
    snapshots.save(snapshot);
    REQUIRE(snapshots.load(orders));
    CHECK(snapshots.load(orders)->state == snapshot.state);
    auto stored = made.store.as_stored().snapshot_store();
    auto moved = stored.load(orders);
    REQUIRE(moved);
    CHECK_FALSE(shows_secret({moved->state.data}));

    moved->version = Version{8};
    stored.save(*moved);
    CHECK_FALSE(snapshots.load(orders));
}

TEST_CASE("A store that seals nothing refuses personal data", "[sqlite]") {
    SqliteEventStore store{":memory:"};
    Sent events = secrets(2);
    events[1].payload.data = R"({"email":{"annals:subject":"c7","value":"ann@example.com"}})";
    CHECK_THROWS_AS(store.append(orders, ExpectedVersion::any(), events), annals::InvalidInput);
    store.transact([&](annals::sqlite::Transaction& in) {
        CHECK_THROWS_AS(in.append(orders, ExpectedVersion::any(), events), annals::InvalidInput);
    });
    CHECK(store.head() == annals::Position{});
    CHECK_THROWS_AS(
        store.snapshot_store().save({orders, Version{1}, events[0].event_id, events[0].timestamp, events[1].payload}),
        annals::InvalidInput
    );
    events[1].payload.data = R"({"email":{"annals:subject":"c7"}})";
    CHECK_NOTHROW(store.append(orders, ExpectedVersion::any(), events));
}
