// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <annals/postgres/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/support/hostile_places.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// Texts that would do harm if they became SQL, or were cut, folded or converted on their way.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;
using Store = PostgresEventStore;
using Place = annals_tests::Place<Store>;

/// So that the question whether a schema has that name is not asked by the text itself.
std::string hex(std::string_view text) {
    std::string digits;
    for (char const c : text) {
        digits += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
        digits += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
    }
    return digits;
}

std::vector<Place> places() {
    auto all = annals_tests::places<Store, annals::PostgresCheckpointStore>();
    all.push_back({"stream of a commit of two", [](Store& store, std::string const& text) {
                       auto const events = some_events(2);
                       annals::StreamName const stream{text, text};
                       annals::StreamAppend<annals::EncodedPayload> const commit[] = {
                           {stream, ExpectedVersion::any(), {&events[0], 1}},
                           {annals_tests::hostile_stream, ExpectedVersion::any(), {&events[1], 1}},
                       };
                       auto const version = store.append(commit)[0].version;
                       return (*store.get_events(stream, annals::Version{version.value() - 1}).begin()).aggregate_id();
                   }});
    all.push_back({"schema", [](Store&, std::string const& text) {
                       Options options{.deadline = 2s};
                       options.schema = text;
                       Store const store{annals_tests::shared_conninfo(), options};
                       Session session{annals_tests::shared_conninfo()};
                       std::string const name = session.run(
                           "SELECT coalesce(max(nspname), 'no such schema') FROM pg_namespace "
                           "WHERE nspname = convert_from(decode('" +
                           hex(text) + "', 'hex'), 'UTF8')"
                       );
                       session.run("DROP SCHEMA \"" + name + "\" CASCADE");
                       return name;
                   }});
    return all;
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
        CAPTURE(place.name);
        auto const echoes = annals_tests::echo_hostile_texts(store, place);
        CHECK((echoes.kept > 100 || std::string_view{place.name} == "schema"));
        CHECK(echoes.refused > 10);
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
