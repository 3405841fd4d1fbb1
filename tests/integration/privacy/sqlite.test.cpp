// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/privacy/scenarios.hpp>

using namespace privacy_tests;

TEST_CASE("sqlite: personal values are never stored, and forgotten with their key", "[privacy]") {
    personal_values_are_never_stored<SqliteBench>();
}

TEST_CASE("sqlite: a store without personal data refuses personal values", "[privacy]") {
    a_store_without_personal_data_refuses_them<SqliteBench>();
}

TEST_CASE("sqlite: a sealed value is not a forgotten one", "[privacy]") { sealed_is_not_forgotten<SqliteBench>(); }

TEST_CASE("sqlite: events stay readable when the pipeline changes", "[privacy]") {
    old_rows_stay_readable<SqliteBench>();
}

TEST_CASE("sqlite: the largest payload fits when it is sealed", "[privacy]") {
    the_largest_payload_fits<SqliteBench>();
}

TEST_CASE("sqlite: a retry of sealed events is known", "[privacy]") { a_retry_is_known<SqliteBench>(); }

TEST_CASE("sqlite: sealed data does not open in another event", "[privacy]") {
    sealed_data_does_not_move<SqliteBench>();
}

TEST_CASE("sqlite: a key store that is down is an error", "[privacy]") {
    a_key_store_that_is_down_is_an_error<SqliteBench>();
}

TEST_CASE("sqlite: projections are handed values, and dead letters keep none", "[privacy]") {
    projections_are_handed_values<SqliteBench>();
}

TEST_CASE("sqlite: a snapshot that cannot be opened is none", "[privacy]") {
    an_unreadable_snapshot_is_none<SqliteBench>();
}
