// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <annals/sqlite/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/support/hostile_places.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Texts that would do harm if they became SQL, or were cut, folded or converted on their way.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::RawDatabase;
using reliability::TempDirectory;
using Place = annals_tests::Place<SqliteEventStore>;

std::vector<Place> places() {
    auto all = annals_tests::places<SqliteEventStore, annals::SqliteCheckpointStore>();
    all.push_back({"bound value", [](SqliteEventStore& store, std::string const& text) {
                       return store.transact([&](annals::sqlite::Transaction& transaction) {
                           auto rows = transaction.query("SELECT ?1", text);
                           return rows.next() ? std::string{rows.text(0)} : "no row";
                       });
                   }});
    return all;
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
        CAPTURE(place.name);
        auto const echoes = annals_tests::echo_hostile_texts(store, place);
        CHECK(echoes.kept > 100);
        CHECK((echoes.refused > 10 || std::string_view{place.name} == "bound value"));
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
