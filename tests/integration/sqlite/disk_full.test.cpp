// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <vector>

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::is_intact;
using reliability::TempDirectory;
using reliability::write_file;

/// A disk of two megabytes.
class SmallDisk {
public:
    SmallDisk() : is_mounted_{::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=2m") == 0} {}
    SmallDisk(SmallDisk const&) = delete;
    SmallDisk& operator=(SmallDisk const&) = delete;
    ~SmallDisk() {
        if (is_mounted_) {
            ::umount2(path().c_str(), MNT_DETACH);
        }
    }

    [[nodiscard]] bool is_mounted() const noexcept { return is_mounted_; }
    [[nodiscard]] std::string file(std::string_view name) const { return directory_.file(name); }

private:
    [[nodiscard]] std::string path() const { return directory_.path().string(); }

    TempDirectory directory_;
    bool is_mounted_;
};

annals::NewEvent<annals::EncodedPayload> large_event() {
    auto event = addition(1);
    event.payload.data = std::string(2'000, '1');
    return event;
}

/// Appends until the disk is full. @returns the events that were acknowledged
std::int64_t fill(SqliteEventStore& store) {
    std::int64_t acknowledged = count(store.get_all_events());
    while (acknowledged < 10'000) {
        auto const event = large_event();
        try {
            store.append(counter_stream("a"), annals::ExpectedVersion::any(), {&event, 1});
            ++acknowledged;
        } catch (annals::StoreError const& error) {
            CHECK_FALSE(error.is_transient());
            break;
        } catch (annals::AppendOutcomeUnknown const& unknown) {
            CHECK(unknown.event_ids() == std::vector{event.event_id});
            break;
        }
    }
    return acknowledged;
}

} // namespace

TEST_CASE("A full disk costs nothing, and with room again the store goes on", "[sqlite][full]") {
    SmallDisk const disk;
    if (!disk.is_mounted()) {
        WARN("may not mount a disk here; the failing writes of the fault tests stand in");
        return;
    }
    std::string const path = disk.file("events.db");
    std::string const ballast = disk.file("ballast");
    std::int64_t stored = 0;
    for (int round = 0; round < 20; ++round) {
        write_file(ballast, std::string(500'000, 'x'));
        SqliteEventStore store{path};
        CHECK(count(store.get_all_events()) == stored);
        std::int64_t const acknowledged = fill(store);
        CHECK(acknowledged < 10'000);
        CHECK(count(store.get_all_events()) == acknowledged);

        std::filesystem::remove(ballast);
        CHECK_NOTHROW(append_additions(store, "b", 1));
        stored = acknowledged + 1;
        CHECK(count(store.get_all_events()) == stored);
        CHECK(is_intact(path));
    }
    CHECK(stored > 40); // else the disk was full from the start
}
