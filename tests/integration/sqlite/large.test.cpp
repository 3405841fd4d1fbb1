// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/vfs_shim.hpp>

#include <cstddef>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// However much is stored, reading takes the memory of a page. Measured in processes of their own.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::Process;
using reliability::TempDirectory;

long peak_kibibytes(std::function<void()> work) {
    Process process{std::move(work)};
    CHECK(process.wait());
    return process.peak_kibibytes();
}

void expect(bool holds) {
    if (!holds) {
        throw std::runtime_error{"not what was stored"};
    }
}

void fill(std::string const& path, int events, std::string const& metadata) {
    // In another process too: what this one has had counts for its children.
    Process filler{[&] {
        reliability::WithoutSyncs const fast;
        SqliteEventStore store{path};
        for (int left = events; left > 0;) {
            std::vector<annals::NewEvent<annals::EncodedPayload>> commit;
            for (; left > 0 && commit.size() < 10'000; --left) {
                commit.push_back(addition(1));
                commit.back().metadata.user = metadata;
            }
            store.append(counter_stream("a"), annals::ExpectedVersion::any(), commit);
        }
    }};
    REQUIRE(filler.wait());
}

} // namespace

TEST_CASE("Reading a large store takes the memory of a page", "[sqlite][large]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::string const small = directory.file("small.db");
    int const events = reliability::scaled(300'000);
    fill(path, events, "somebody");
    fill(small, 10, "somebody");

    long const nothing = peak_kibibytes([&] {
        SqliteEventStore store{small};
        auto counters = annals::repository_for<PlainCounter>(store);
        expect(counters.get_by_id("a")->total() == 10);
        expect(count(store.get_all_events()) == 10);
    });
    long const log = peak_kibibytes([&] {
        SqliteEventStore const store{path};
        expect(count(store.get_all_events()) == events);
    });
    long const aggregate = peak_kibibytes([&] {
        SqliteEventStore store{path};
        auto counters = annals::repository_for<PlainCounter>(store);
        expect(counters.get_by_id("a")->total() == events);
    });
    // This also shows that the figures mean something.
    long const all_at_once = peak_kibibytes([&] {
        SqliteEventStore const store{path};
        std::vector<annals::SourcedEvent<annals::EncodedPayload>> kept;
        for (auto const& event : store.get_all_events()) {
            kept.push_back(event);
        }
        expect(kept.size() == static_cast<std::size_t>(events));
    });
    std::cout << events << " events: " << (log - nothing) / 1'024 << " MiB for the log, "
              << (aggregate - nothing) / 1'024 << " MiB for the aggregate, " << (all_at_once - nothing) / 1'024
              << " MiB to keep them all\n";
    if (!reliability::is_sanitized) {
        CHECK(log - nothing < 8 * 1'024);
        CHECK(aggregate - nothing < 8 * 1'024);
        CHECK(all_at_once - nothing > 40 * 1'024);
    }
}

TEST_CASE("A page is bounded in bytes, be they payload or metadata", "[sqlite][large]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::string const small = directory.file("small.db");
    int const events = reliability::scaled(1'000);
    fill(path, events, std::string(60'000, 'm'));
    fill(small, 10, "m");
    long const nothing = peak_kibibytes([&] { expect(count(SqliteEventStore{small}.get_all_events()) == 10); });
    long const log = peak_kibibytes([&] { expect(count(SqliteEventStore{path}.get_all_events()) == events); });
    std::cout << events << " events with 60 kB of metadata: " << (log - nothing) / 1'024 << " MiB\n";
    if (!reliability::is_sanitized) {
        CHECK(log - nothing < 16 * 1'024);
    }
}
