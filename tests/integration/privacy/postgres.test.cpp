// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/privacy/scenarios.hpp>

#include <filesystem>
#include <string>

using namespace privacy_tests;

TEST_CASE("postgres: personal values are never stored, and forgotten with their key", "[privacy]") {
    personal_values_are_never_stored<PostgresBench>();
}

TEST_CASE("postgres: a store without personal data refuses personal values", "[privacy]") {
    a_store_without_personal_data_refuses_them<PostgresBench>();
}

TEST_CASE("postgres: a sealed value is not a forgotten one", "[privacy]") { sealed_is_not_forgotten<PostgresBench>(); }

TEST_CASE("postgres: events stay readable when the pipeline changes", "[privacy]") {
    old_rows_stay_readable<PostgresBench>();
}

TEST_CASE("postgres: the largest payload fits when it is sealed", "[privacy]") {
    the_largest_payload_fits<PostgresBench>();
}

TEST_CASE("postgres: a retry of sealed events is known", "[privacy]") { a_retry_is_known<PostgresBench>(); }

TEST_CASE("postgres: sealed data does not open in another event", "[privacy]") {
    sealed_data_does_not_move<PostgresBench>();
}

TEST_CASE("postgres: a key store that is down is an error", "[privacy]") {
    a_key_store_that_is_down_is_an_error<PostgresBench>();
}

TEST_CASE("postgres: projections are handed values, and dead letters keep none", "[privacy]") {
    projections_are_handed_values<PostgresBench>();
}

TEST_CASE("postgres: a snapshot that cannot be opened is none", "[privacy]") {
    an_unreadable_snapshot_is_none<PostgresBench>();
}

TEST_CASE("postgres: personal values are in no file of the server, nor in a dump", "[privacy]") {
    annals_tests::Server server;
    annals::InMemoryKeyStore keys;
    {
        annals::PostgresEventStore store{server.conninfo(), {.payloads = pipeline_of(PersonalData{keys})}};
        auto customers = annals::repository_for<Customer>(store, annals::EveryNEvents{1});
        for (auto const& event : personal_events()) {
            customers.transact("c7", [&event](Customer& c) { c.record(event); });
        }
    }
    annals_tests::Session session{server.conninfo()};
    std::string const port = session.run("SHOW port");
    server.run(
        "pg_dump --file=" + (server.folder() / "dump").string() + " -h 127.0.0.1 -U annals -p " + port + " postgres"
    );
    session.run("CHECKPOINT");
    CHECK(std::filesystem::file_size(server.folder() / "dump") > 1'000);
    std::string const files = bytes_in(server.folder());
    CHECK(files.find(email_marker) == std::string::npos);
    CHECK(files.find(guest_marker) == std::string::npos);
    CHECK(files.find(open_marker) != std::string::npos);
}
