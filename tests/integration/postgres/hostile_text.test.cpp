// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/support/hostile_texts.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Texts that would do harm if they became SQL, or were cut, folded or converted on their way.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;
using Store = PostgresEventStore;
using Text = std::string;

/// Writes a text somewhere and reads it back.
struct Place {
    char const* name;
    std::function<std::string(Store&, Text const&)> echo;
};

template <class Change>
annals::SourcedEvent<annals::EncodedPayload> append(Store& store, annals::StreamName const& stream, Change&& change) {
    auto event = event_with("1");
    change(event);
    auto const version = store.append(stream, ExpectedVersion::any(), {&event, 1}).version;
    return *store.get_events(stream, annals::Version{version.value() - 1}).begin();
}

annals::StreamName const own{"Hostile", "1"};

std::vector<Place> places() {
    return {
        {"aggregate type",
         [](Store& store, Text const& text) { return append(store, {text, "1"}, [](auto&) {}).aggregate_type(); }},
        {"aggregate id",
         [](Store& store, Text const& text) { return append(store, {"T", text}, [](auto&) {}).aggregate_id(); }},
        {"stream of a commit of two",
         [](Store& store, Text const& text) {
             auto const events = some_events(2);
             annals::StreamName const stream{text, text};
             annals::StreamAppend<annals::EncodedPayload> const commit[] = {
                 {stream, ExpectedVersion::any(), {&events[0], 1}},
                 {own, ExpectedVersion::any(), {&events[1], 1}},
             };
             auto const version = store.append(commit)[0].version;
             return (*store.get_events(stream, annals::Version{version.value() - 1}).begin()).aggregate_id();
         }},
        {"event type",
         [](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.type = text; }).payload.type;
         }},
        {"payload",
         [](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.data = text; }).payload.data;
         }},
        {"correlation id",
         [](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.correlation_id = text; }).metadata.correlation_id;
         }},
        {"causation id",
         [](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.causation_id = text; }).metadata.causation_id;
         }},
        {"user",
         [](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.user = text; }).metadata.user;
         }},
        {"metadata key",
         [](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra[text] = "v"; });
             return stored.metadata.extra.begin()->first;
         }},
        {"metadata value",
         [](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra["k"] = text; });
             return stored.metadata.extra.at("k");
         }},
        {"state type",
         [](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {text, 1, "s"}});
             return snapshots.load(own)->state.type;
         }},
        {"state",
         [](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {"S", 1, text}});
             return snapshots.load(own)->state.data;
         }},
        {"projection name",
         [](Store& store, Text const& text) {
             annals::PostgresCheckpointStore checkpoints{store};
             static std::int64_t epoch = 0;
             annals::Checkpoint const to{annals::Position{1}, annals::new_event_id(), ++epoch};
             checkpoints.advance(text, checkpoints.load(text), to);
             return checkpoints.load(text) == to ? text : "another checkpoint";
         }},
        {"schema",
         [](Store&, Text const& text) {
             Options options{.deadline = 2s};
             options.schema = text;
             Store const store{annals_tests::shared_conninfo(), options};
             std::string const name = Session{annals_tests::shared_conninfo()}.run(
                 "SELECT nspname FROM pg_namespace ORDER BY oid DESC LIMIT 1"
             );
             Session{annals_tests::shared_conninfo()}.run("DROP SCHEMA \"" + name + "\" CASCADE");
             return name;
         }},
    };
}

} // namespace

TEST_CASE("postgres: hostile texts come back as they were, or are refused", "[postgres][hostile]") {
    TestSchema const schema{{.pool_size = 1}};
    auto store = schema.open();
    std::string const catalogue =
        "SELECT string_agg(concat(c.relname, c.relkind, a.attname, a.atttypid), ',' ORDER BY c.relname, a.attnum) "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = '@'::regnamespace";
    std::string const before = schema.run(catalogue);
    for (Place const& place : places()) {
        int kept = 0;
        int refused = 0;
        for (std::string const& text : annals_tests::hostile_texts()) {
            CAPTURE(place.name, text);
            auto const head = store.head();
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
        CHECK((kept > 100 || std::string_view{place.name} == "schema"));
        CHECK(refused > 10);
    }
    CHECK(schema.run(catalogue) == before);
    CHECK(std::to_string(log_of(store).size()) == schema.run("SELECT count(*) FROM @.events"));
}

TEST_CASE("postgres: names that look alike are different streams", "[postgres][hostile]") {
    TestSchema const schema;
    auto store = schema.open();
    auto const names = annals_tests::names_that_look_alike();
    for (std::string const& name : names) {
        append_some(store, name);
    }
    for (std::string const& name : names) {
        CAPTURE(name);
        CHECK(texts_of(store.get_events(stream_of(name))).size() == 1);
    }
    store.append({"a", "bc"}, ExpectedVersion::no_stream(), some_events(1));
    CHECK_NOTHROW(store.append({"ab", "c"}, ExpectedVersion::no_stream(), some_events(1)));
}
