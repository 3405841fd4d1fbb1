// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/support/hostile_texts.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Texts that would do harm if they became SQL, or were cut, folded or converted on their way.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using annals_tests::hostile_texts;
using reliability::RawDatabase;
using reliability::TempDirectory;

/// Writes a text somewhere and reads it back.
struct Place {
    char const* name;
    std::function<std::string(SqliteEventStore&, std::string const&)> echo;
};

std::vector<Place> places() {
    using Store = SqliteEventStore;
    using Text = std::string;
    constexpr auto any = annals::ExpectedVersion::any();
    auto const append = [any](Store& store, annals::StreamName const& stream, auto&& change) {
        auto event = addition(1);
        change(event);
        store.append(stream, any, {&event, 1});
        std::optional<annals::SourcedEvent<annals::EncodedPayload>> last;
        for (auto const& stored : store.get_events(stream)) {
            last.emplace(stored);
        }
        return *last;
    };
    annals::StreamName const own{"Hostile", "1"};
    return {
        {"aggregate type",
         [=](Store& store, Text const& text) { return append(store, {text, "1"}, [](auto&) {}).aggregate_type(); }},
        {"aggregate id",
         [=](Store& store, Text const& text) { return append(store, {"T", text}, [](auto&) {}).aggregate_id(); }},
        {"event type",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.type = text; }).payload.type;
         }},
        {"payload",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.data = text; }).payload.data;
         }},
        {"correlation id",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.correlation_id = text; }).metadata.correlation_id;
         }},
        {"causation id",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.causation_id = text; }).metadata.causation_id;
         }},
        {"user",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.user = text; }).metadata.user;
         }},
        {"metadata key",
         [=](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra[text] = "v"; });
             return stored.metadata.extra.begin()->first;
         }},
        {"metadata value",
         [=](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra["k"] = text; });
             return stored.metadata.extra.at("k");
         }},
        {"state type",
         [=](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {text, 1, "s"}});
             return snapshots.load(own)->state.type;
         }},
        {"state",
         [=](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {"S", 1, text}});
             return snapshots.load(own)->state.data;
         }},
        {"projection name",
         [](Store& store, Text const& text) {
             annals::SqliteCheckpointStore checkpoints{store};
             static std::int64_t epoch = 0;
             annals::Checkpoint const to{annals::Position{1}, annals::new_event_id(), ++epoch};
             checkpoints.advance(text, checkpoints.load(text), to);
             return checkpoints.load(text) == to ? text : "another checkpoint";
         }},
        {"bound value",
         [](Store& store, Text const& text) {
             return store.transact([&](annals::sqlite::Transaction& transaction) {
                 auto rows = transaction.query("SELECT ?1", text);
                 return rows.next() ? std::string{rows.text(0)} : "no row";
             });
         }},
    };
}

} // namespace

TEST_CASE("Hostile texts come back as they were, or are refused", "[sqlite][hostile]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {annals::sqlite::Durability::process_crash_only}};
    std::string const schema = "SELECT group_concat(type || name || tbl_name || quote(sql)) "
                               "FROM sqlite_schema";
    std::string const before = RawDatabase{path}.text(schema);
    for (Place const& place : places()) {
        int kept = 0;
        int refused = 0;
        for (std::string const& text : hostile_texts()) {
            CAPTURE(place.name, text);
            annals::Position const head = store.head();
            try {
                std::string const echo = place.echo(store, text);
                CHECK(echo == text);
                ++kept;
            } catch (annals::InvalidInput const&) {
                CHECK(store.head() == head);
                ++refused;
            }
        }
        CAPTURE(place.name);
        CHECK(kept > 100);
        CHECK((refused > 10 || std::string_view{place.name} == "bound value"));
    }
    CHECK(RawDatabase{path}.text(schema) == before);
    std::int64_t position = 0;
    for (auto const& event : store.get_all_events()) {
        CHECK(event.position.first() == ++position);
    }
    CHECK(position == store.head().first());
    CHECK(reliability::is_intact(path));
}

TEST_CASE("Names that look alike are different streams", "[sqlite][hostile]") {
    SqliteEventStore store{":memory:"};
    auto const names = annals_tests::names_that_look_alike();
    for (std::string const& name : names) {
        append_additions(store, name, 1);
    }
    for (std::string const& name : names) {
        CAPTURE(name);
        CHECK(count(store.get_events(counter_stream(name))) == 1);
    }
    store.append({"a", "bc"}, annals::ExpectedVersion::no_stream(), std::vector{addition(1)});
    CHECK_NOTHROW(store.append({"ab", "c"}, annals::ExpectedVersion::no_stream(), std::vector{addition(1)}));
}
