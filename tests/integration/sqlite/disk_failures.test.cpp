// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/failing_disk.hpp>
#include <tests/integration/sqlite/support/scenario.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

// Everything that SQLite asks of the operating system fails once: the first read, the second read,
// and so on, until the whole scenario has passed untouched.

namespace {

using namespace integration;
using reliability::is_intact;
using reliability::Process;
using reliability::TempDirectory;

annals::sqlite::Options const impatient{annals::sqlite::Durability::power_loss_safe, std::chrono::milliseconds{5}};

constexpr int for_good = 1'000'000;

struct Tally {
    int faults = 0;     ///< scenarios in which something failed
    int failures = 0;   ///< operations of the library that failed in consequence
    int complaints = 0; ///< scenarios that did not end as promised
    std::string first_complaint;
};

/// The files as a crash would leave them now.
void copy_as_after_a_crash(TempDirectory const& from, TempDirectory const& to) {
    // In another process: closing a file would take the locks of this one.
    Process copier{[&] {
        for (auto const& entry : std::filesystem::directory_iterator{from.path()}) {
            if (entry.path().extension() != ".db-shm") {
                std::filesystem::copy_file(entry.path(), to.path() / entry.path().filename());
            }
        }
    }};
    REQUIRE(copier.wait());
}

/// Runs the scenario once for each call that can fail.
/// @param gives_up  the scenario ends with the first failure, as if the process had crashed then
void fail_each(DiskFault fault, bool gives_up, Scenario::Lie lie, Tally& tally) {
    for (;; ++fault.nth) {
        TempDirectory const directory;
        TempDirectory const crashed;
        std::string const path = directory.file("events.db");
        FailingDisk disk;
        Scenario scenario{path, impatient, lie};
        disk.fail(fault, [&] { copy_as_after_a_crash(directory, crashed); });
        scenario.run(gives_up);
        if (disk.failures() == 0) {
            return;
        }
        ++tally.faults;
        tally.failures += scenario.failures();
        disk.repair();
        std::string complaint;
        try {
            scenario.repeat(crashed.file("events.db"));
            complaint = is_intact(path) ? scenario.complaint() : "the file is damaged";
        } catch (std::exception const& error) {
            complaint = error.what();
        }
        if (!complaint.empty()) {
            ++tally.complaints;
            tally.first_complaint = "call " + std::to_string(fault.nth) + ": " + complaint;
        }
    }
}

Tally fail_each(FileOperation operation, int code, int times, Scenario::Lie lie = Scenario::Lie::none) {
    Tally tally;
    fail_each({operation, code, 1, times}, false, lie, tally);
    fail_each({operation, code, 1, times}, true, lie, tally);
    return tally;
}

void fail_all(char const* name, FileOperation operation, int code, int longest = for_good) {
    for (int const times : {1, longest}) {
        Tally const tally = fail_each(operation, code, times);
        INFO(name << ", failing " << times << " times: " << tally.first_complaint);
        CHECK(tally.faults > 0);
        CHECK(tally.complaints == 0);
        std::cout << name << ", " << (times == 1 ? "once: " : "from then on: ") << tally.faults << " faults, "
                  << tally.failures << " operations failed\n";
    }
}

} // namespace

TEST_CASE("A failing write costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("write, I/O error", FileOperation::write, SQLITE_IOERR_WRITE);
}
TEST_CASE("A disk that is full costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("write, disk full", FileOperation::write, SQLITE_FULL);
}
TEST_CASE("A failing sync costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("sync", FileOperation::sync, SQLITE_IOERR_FSYNC);
}
TEST_CASE("A failing read costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("read", FileOperation::read, SQLITE_IOERR_READ);
}
TEST_CASE("A file that cannot be opened costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("open", FileOperation::open, SQLITE_CANTOPEN);
}
TEST_CASE("A failing look at the directory costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("look up", FileOperation::look_up, SQLITE_IOERR_ACCESS);
    fail_all("remove", FileOperation::remove, SQLITE_IOERR_DELETE);
    fail_all("size", FileOperation::size, SQLITE_IOERR_FSTAT);
    fail_all("map", FileOperation::map, SQLITE_IOERR_SHMMAP);
}
TEST_CASE("A busy lock costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("lock, busy", FileOperation::lock, SQLITE_BUSY, 4);
}
TEST_CASE("A failing lock costs nothing that was acknowledged", "[sqlite][faults]") {
    fail_all("lock, I/O error", FileOperation::lock, SQLITE_IOERR_LOCK);
}

TEST_CASE("The fault tests notice an unknown outcome that is taken for a refusal", "[sqlite][faults]") {
    Tally const tally = fail_each(FileOperation::sync, SQLITE_IOERR_FSYNC, 1, Scenario::Lie::unknown_is_refused);
    CHECK_THAT(tally.first_complaint, Catch::Matchers::EndsWith("has a commit that was refused"));
}

TEST_CASE("The fault tests notice a refusal that is taken for a success", "[sqlite][faults]") {
    Tally const tally = fail_each(FileOperation::lock, SQLITE_IOERR_LOCK, 1, Scenario::Lie::refused_is_done);
    CHECK_THAT(tally.first_complaint, Catch::Matchers::EndsWith("has lost a commit"));
}
