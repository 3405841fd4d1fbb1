// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/failing_disk.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

// Ranges, handles and processes that live longer, or shorter, than one would think.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::is_intact;
using reliability::Process;
using reliability::TempDirectory;

void require_usage_error(std::function<void()> const& work) {
    try {
        work();
    } catch (annals::UsageError const&) {
        return;
    }
    throw std::runtime_error{"no UsageError"};
}

} // namespace

TEST_CASE("A store is refused in a fork of its process", "[sqlite][lifetime]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::optional<SqliteEventStore> store{std::in_place, path};
    append_additions(*store, "a", 3);
    REQUIRE(count(store->get_all_events()) == 3);
    auto range = store->get_all_events();

    Process child{[&] {
        require_usage_error([&] { append_additions(*store, "a", 1); });
        require_usage_error([&] { static_cast<void>(store->get_all_events()); });
        require_usage_error([&] { static_cast<void>(store->head()); });
        require_usage_error([&] { store->transact([](annals::sqlite::Transaction&) {}); });
        require_usage_error([&] { store->snapshot_store().remove(counter_stream("a")); });
        store.reset(); // must not touch the file of its parent
        SqliteEventStore own{path};
        append_additions(own, "b", 1);
    }};
    CHECK(child.wait());

    CHECK(count(range) == 3);
    append_additions(*store, "a", 1);
    CHECK(count(store->get_all_events()) == 5);
    store.reset();
    CHECK(is_intact(path));
}

TEST_CASE("A child that ends takes no locks from its parent", "[sqlite][lifetime]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::optional<SqliteEventStore> store{std::in_place, path};
    store->transact([&](annals::sqlite::Transaction& transaction) {
        transaction.execute("CREATE TABLE t (n INTEGER)");
        Process child{[&] { store.reset(); }};
        if (!child.wait()) {
            throw std::runtime_error{"the child has failed"};
        }
        // The write lock must still be held here.
        Process rival{[&] {
            try {
                SqliteEventStore other{path, {{}, std::chrono::milliseconds{20}}};
                append_additions(other, "a", 1);
            } catch (annals::StoreError const& error) {
                if (error.is_transient()) {
                    return;
                }
            }
            throw std::runtime_error{"got in"};
        }};
        CHECK(rival.wait());
    });
    CHECK(is_intact(path));
}

TEST_CASE("A range hands out what was there when it was made", "[sqlite][lifetime]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    for (int i = 0; i < 5; ++i) {
        append_additions(store, "a", 500); // more than a page in all
    }
    auto log = store.get_all_events();
    auto stream = store.get_events(counter_stream("a"));
    append_additions(store, "a", 500);
    std::int64_t expected = 0;
    for (auto const& event : log) {
        CHECK(event.position.first() == ++expected);
        if (expected % 700 == 0) {
            append_additions(store, "b", 1);
        }
    }
    CHECK(expected == 2'500);
    CHECK(count(stream) == 2'500);
    CHECK(count(store.get_events(counter_stream("a"))) == 3'000);
}

TEST_CASE("A range may live longer than its store", "[sqlite][lifetime]") {
    TempDirectory const directory;
    std::optional<SqliteEventStore> store{std::in_place, directory.file("events.db")};
    append_additions(*store, "a", 2'500);
    auto log = store->get_all_events();
    auto stream = store->get_events(counter_stream("a"), annals::Version{100});
    store.reset();
    CHECK(count(log) == 2'500);
    CHECK(count(stream) == 2'400);
}

TEST_CASE("Ranges are read while other threads append", "[sqlite][lifetime][concurrency]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    append_additions(store, "a", 1'500);
    std::atomic<bool> done{false};
    std::thread writer{[&] {
        for (int i = 0; i < 50; ++i) {
            append_additions(store, "a", 10);
        }
        done = true;
    }};
    std::atomic<int> wrong{0};
    std::thread reader{[&] {
        do {
            std::int64_t version = 0;
            for (auto const& event : store.get_events(counter_stream("a"))) {
                wrong += event.version.value() == ++version ? 0 : 1;
            }
            wrong += version >= 1'500 ? 0 : 1;
        } while (!done);
    }};
    writer.join();
    reader.join();
    CHECK(wrong == 0);
    CHECK(count(store.get_all_events()) == 2'000);
}

TEST_CASE("After a failed read a range goes on where it was", "[sqlite][lifetime]") {
    TempDirectory const directory;
    FailingDisk disk;
    SqliteEventStore store{directory.file("events.db")};
    for (int i = 0; i < 5; ++i) {
        append_additions(store, "a", 1'000);
    }
    auto const walk = [&](auto range) {
        int failures = 0;
        std::int64_t seen = 0;
        for (auto at = range.begin(); at != range.end();) {
            CHECK(at->version.value() == ++seen);
            while (true) {
                // Each page fails when it is wanted first.
                if (seen % 1'000 == 0 && failures < seen / 1'000) {
                    disk.fail({FileOperation::lock, SQLITE_IOERR_LOCK, 1, 1});
                }
                try {
                    ++at;
                    break;
                } catch (annals::StoreError const&) {
                    ++failures;
                }
            }
        }
        CHECK(failures == 4);
        CHECK(seen == 5'000);
    };
    walk(store.get_all_events());
    disk.repair();
    walk(store.get_events(counter_stream("a")));
}
