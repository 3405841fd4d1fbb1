// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/contract/breakable_fixture.hpp>
#include <tests/contract/broken/appending.hpp>
#include <tests/contract/broken/idempotency.hpp>
#include <tests/contract/broken/reopening.hpp>
#include <tests/contract/model.hpp>
#include <tests/contract/sqlite_fixture.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

using namespace annals_tests;

namespace {

constexpr std::size_t commands = 40;

/// What differs first, over sequences with the seeds 1, 2, 3, ..., each on a fixture of its own.
template <class MakeFixture>
std::optional<std::string> first_difference(std::size_t sequences, MakeFixture&& make_fixture) {
    for (std::size_t seed = 1; seed <= sequences; ++seed) {
        auto fixture = make_fixture();
        if (auto difference = find_difference(*fixture, seed, commands)) {
            return difference;
        }
    }
    return std::nullopt;
}

template <class Fixture>
std::string first_difference(std::size_t sequences) {
    return first_difference(sequences, [] { return std::make_unique<Fixture>(); }).value_or("none");
}

} // namespace

TEST_CASE("model: a correct store answers as the in-memory store does", "[contract][model]") {
    CHECK(first_difference<BreakableFixture>(1'000) == "none");
}

TEST_CASE("model: SQLite in memory answers as the in-memory store does", "[contract][model]") {
    CHECK(first_difference<SqliteMemoryFixture<annals::SqliteEventStore>>(1'500) == "none");
}

TEST_CASE("model: SQLite on a file answers as the in-memory store does even if reopened", "[contract][model]") {
    using Fixture = SqliteFixture<annals::SqliteEventStore, annals::sqlite::Durability::process_crash_only>;
    CHECK(first_difference<Fixture>(30) == "none");
}

TEST_CASE("model: a broken store answers otherwise", "[contract][model]") {
    for (auto const& theme : {broken_appending(), broken_idempotency(), broken_reopening()}) {
        for (BrokenEventStore const& broken : theme) {
            INFO("the broken store: " << std::string{broken.name});
            CHECK(first_difference(300, [&] { return std::make_unique<BreakableFixture>(broken); }).has_value());
        }
    }
}
