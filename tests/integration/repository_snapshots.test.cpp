// SPDX-License-Identifier: MIT

#include <annals/repository.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <filesystem>
#include <optional>
#include <string>

// Snapshots in a file that is swapped for an older backup while the program holds an aggregate.

using namespace integration;
using annals::SqliteEventStore;
using annals::Version;

namespace {

void add(std::string const& path, int number, int times) {
    SqliteEventStore store{path};
    auto counters = annals::repository_for<PlainCounter>(store);
    for (; times > 0; --times) {
        counters.transact("c", [number](PlainCounter& counter) { counter.add(number); });
    }
}

[[nodiscard]] PlainCounter loaded(std::string const& path) {
    SqliteEventStore store{path};
    return annals::repository_for<PlainCounter>(store, annals::EveryNEvents{10}).get_by_id("c").value();
}

/// The program starts anew with what it holds. @returns the version of the snapshot that there is afterwards
[[nodiscard]] Version saves_after(std::string const& path, PlainCounter& held, int times) {
    SqliteEventStore store{path};
    auto counters = annals::repository_for<PlainCounter>(store, annals::EveryNEvents{10});
    for (; times > 0; --times) {
        held.add(1);
        counters.save(held);
    }
    CHECK(counters.failed_snapshots() == 0);
    std::optional<PlainCounter> const resumed = counters.get_by_id("c");
    std::optional<PlainCounter> const replayed = counters.get_as_of("c", held.version());
    CHECK(resumed->version() == replayed->version());
    CHECK(resumed->total() == replayed->total());
    return resumed->snapshot_mark().version;
}

} // namespace

TEST_CASE("snapshots: none is taken of an aggregate that outlived the file it was loaded from", "[sqlite]") {
    reliability::TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::string const backup = directory.file("backup.db");
    add(path, 1, 4);
    std::filesystem::copy_file(path, backup); // nobody has it open, so all of it is in the file
    add(path, 1, 4);

    std::optional<PlainCounter> held;
    SECTION("the file stays") {
        held.emplace(loaded(path));
        CHECK(saves_after(path, *held, 2) == Version{10});
    }
    SECTION("the next save is to take one") {
        held.emplace(loaded(path));
        held->add(1);
        std::filesystem::copy_file(backup, path, std::filesystem::copy_options::overwrite_existing);
        add(path, 100, 4); // as long as the history that is lost
        CHECK(saves_after(path, *held, 1) == Version{});
    }
    SECTION("a later save is to take one") {
        held.emplace(loaded(path));
        std::filesystem::copy_file(backup, path, std::filesystem::copy_options::overwrite_existing);
        add(path, 100, 4);
        CHECK(saves_after(path, *held, 2) == Version{});
    }
    SECTION("only what the aggregate had stored itself is lost") {
        held.emplace(loaded(backup));
        std::filesystem::copy_file(backup, path, std::filesystem::copy_options::overwrite_existing);
        CHECK(saves_after(path, *held, 1) == Version{});
        std::filesystem::copy_file(backup, path, std::filesystem::copy_options::overwrite_existing);
        add(path, 100, 1);
        CHECK(saves_after(path, *held, 5) == Version{});
    }
    REQUIRE(held->version() == Version{10});
    add(path, 1, 1);
    PlainCounter anew = loaded(path);
    CHECK(saves_after(path, anew, 9) == Version{20});
}
