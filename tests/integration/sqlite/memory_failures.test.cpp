// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/scenario.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/vfs_shim.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string>

// Memory runs out at the first allocation, at the second, and so on, until the whole scenario has
// passed untouched: for C++ and for SQLite.

namespace {

/// Counts allocations and lets some of them fail. One thread.
class Shortage {
public:
    /// @param nth    the first allocation that fails, from 1
    /// @param times  how many fail in a row
    void begin(int nth, int times) noexcept {
        left_ = nth;
        times_ = times;
        has_struck_ = false;
    }
    void end() noexcept { times_ = 0; }
    [[nodiscard]] bool has_struck() const noexcept { return has_struck_; }

    /// Called with each allocation. @returns whether it is to fail
    [[nodiscard]] bool strikes() noexcept {
        if (times_ == 0 || --left_ > 0) {
            return false;
        }
        --times_;
        has_struck_ = true;
        return true;
    }

private:
    int left_ = 0;
    int times_ = 0;
    bool has_struck_ = false;
};

thread_local Shortage cpp_shortage;
thread_local Shortage sqlite_shortage;

} // namespace

// The thread sanitizer brings its own new and delete and admits no others; its row runs none of these tests.
#if defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define ANNALS_TESTS_KEEP_NEW
#    endif
#endif
#ifndef ANNALS_TESTS_KEEP_NEW
// The other forms of new and delete use these. Not inlined, for g++ would warn of `free` then.
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const memory = cpp_shortage.strikes() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return memory;
}
// The library's temporary buffers come from here and go back by the operators below.
[[gnu::noinline]] void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    try {
        return operator new(size);
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace {

using namespace integration;
using reliability::is_intact;
using reliability::TempDirectory;

annals::sqlite::Options const impatient{annals::sqlite::Durability::power_loss_safe, std::chrono::milliseconds{5}};

/// SQLite's memory, with shortages.
class SqliteMemory {
public:
    SqliteMemory() {
        sqlite3_shutdown();
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real());
        sqlite3_mem_methods methods = real();
        methods.xMalloc = [](int size) { return sqlite_shortage.strikes() ? nullptr : real().xMalloc(size); };
        methods.xRealloc = [](void* memory, int size) {
            return sqlite_shortage.strikes() ? nullptr : real().xRealloc(memory, size);
        };
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
        sqlite3_initialize();
    }
    SqliteMemory(SqliteMemory const&) = delete;
    SqliteMemory& operator=(SqliteMemory const&) = delete;
    ~SqliteMemory() {
        sqlite3_shutdown();
        sqlite3_config(SQLITE_CONFIG_MALLOC, &real());
        sqlite3_initialize();
    }

private:
    static sqlite3_mem_methods& real() {
        static sqlite3_mem_methods methods{};
        return methods;
    }
};

struct Tally {
    int shortages = 0;
    int failures = 0;
    int complaints = 0;
    std::string first_complaint;
};

Tally run_short(Shortage& shortage, int times, int step, Scenario::Lie lie = Scenario::Lie::none) {
    Tally tally;
    for (int nth = 1;; nth += step) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        reliability::WithoutSyncs const fast;
        Scenario scenario{path, impatient, lie};
        shortage.begin(nth, times);
        scenario.run();
        shortage.end();
        if (!shortage.has_struck()) {
            return tally;
        }
        ++tally.shortages;
        tally.failures += scenario.failures();
        std::string complaint;
        try {
            scenario.repeat();
            complaint = is_intact(path) ? scenario.complaint() : "the file is damaged";
        } catch (std::exception const& error) {
            complaint = error.what();
        }
        if (!complaint.empty()) {
            ++tally.complaints;
            tally.first_complaint = "allocation " + std::to_string(nth) + ": " + complaint;
        }
    }
}

void require_no_complaint(char const* name, Shortage& shortage, int step) {
    for (int const times : {1, 1'000'000}) {
        Tally const tally = run_short(shortage, times, step);
        INFO(name << ", failing " << times << " times: " << tally.first_complaint);
        CHECK(tally.shortages >= (reliability::is_sanitized ? 10 : 50));
        CHECK(tally.failures > 0);
        CHECK(tally.complaints == 0);
        std::cout << name << ", " << (times == 1 ? "once: " : "from then on: ") << tally.shortages << " shortages, "
                  << tally.failures << " operations failed\n";
    }
}

} // namespace

TEST_CASE("A failing operator new costs nothing that was acknowledged", "[sqlite][faults]") {
    require_no_complaint("operator new", cpp_shortage, reliability::is_sanitized ? 7 : 1);
}

TEST_CASE("SQLite without memory costs nothing that was acknowledged", "[sqlite][faults]") {
    SqliteMemory const memory;
    require_no_complaint("SQLite's malloc", sqlite_shortage, reliability::is_sanitized ? 37 : 5);
}

TEST_CASE("A store in memory goes on after SQLite had no memory", "[sqlite][faults]") {
    SqliteMemory const memory;
    int shortages = 0;
    for (int nth = 1;; nth += 2) {
        annals::SqliteEventStore store{":memory:"};
        append_additions(store, "a", 2);
        sqlite_shortage.begin(nth, 1'000'000);
        int failures = 0;
        try {
            append_additions(store, "a", 3);
        } catch (annals::Error const&) {
            ++failures;
        }
        sqlite_shortage.end();
        if (!sqlite_shortage.has_struck()) {
            break;
        }
        ++shortages;
        INFO("allocation " << nth);
        CHECK_NOTHROW(append_additions(store, "b", 4));
        CHECK(count(store.get_all_events()) == (failures > 0 ? 6 : 9));
    }
    CHECK(shortages > 10);
}

TEST_CASE("The shortage tests notice a refusal that is taken for a success", "[sqlite][faults]") {
    SqliteMemory const memory;
    Tally const tally = run_short(sqlite_shortage, 1, 11, Scenario::Lie::refused_is_done);
    CHECK_THAT(tally.first_complaint, Catch::Matchers::EndsWith("has lost a commit"));
}
