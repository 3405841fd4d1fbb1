// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/support/audit.hpp>
#include <tests/reliability/support/disk_model.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/vfs_shim.hpp>
#include <tests/reliability/support/workload.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

// All writes of a store to its disk are written down. Then the disk is built again as a power cut
// at some moment may have left it, and the store is opened on that.

namespace {

using namespace reliability;
using annals::SqliteEventStore;
using annals::sqlite::Durability;

constexpr auto file_name = "events.db";

/// A new store that makes 160 commits, moves its log into the file now and then, and is closed and
/// opened again in between.
std::vector<DiskEvent> record_a_life(Durability durability) {
    TempDirectory const directory;
    DiskRecorder recorder;
    recorder.mark(0);
    Writer writer{0, 0, {}};
    for (int lives = 0; lives < 4; ++lives) {
        SqliteEventStore store{directory.file(file_name), {durability}};
        store.transact([](annals::sqlite::Transaction& transaction) {
            sqlite3_wal_autocheckpoint(transaction.handle(), 60);
        });
        for (int i = 0; i < 40; ++i) {
            Commit const commit = writer.next();
            store.append(commit.parts);
            recorder.mark(commit.number);
        }
    }
    return recorder.take();
}

struct PowerLossReport {
    int images = 0;
    int losing = 0;  ///< images without something acknowledged
    int damaged = 0; ///< images that SQLite finds damaged
    int half = 0;    ///< images with a part of a commit
    int other = 0;   ///< images that cannot be read, or not in order
    std::int64_t lost_commits = 0;
    std::string first_error;
};

/// Opens one image and looks at what is there.
void inspect(TempDirectory const& directory, std::int64_t acknowledged, PowerLossReport& report) {
    Audit audit{1};
    try {
        SqliteEventStore const store{directory.file(file_name)};
        // More than was acknowledged may be there.
        audit.check(store, [](std::size_t) { return std::int64_t{0}; });
    } catch (annals::Error const& error) {
        ++report.other;
        report.first_error = error.what();
        return;
    }
    Findings const& findings = audit.findings();
    report.half += findings.half > 0 ? 1 : 0;
    report.other += findings.unreadable > 0 ? 1 : 0;
    if (findings.unreadable > 0) {
        report.first_error = findings.first_error;
    }
    if (audit.commits(0) < acknowledged) {
        ++report.losing;
        report.lost_commits += acknowledged - audit.commits(0);
    }
    report.damaged += is_intact(directory.file(file_name)) ? 0 : 1;
}

PowerLossReport cut_power(std::vector<DiskEvent> const& life, int images) {
    TempDirectory const directory;
    WithoutSyncs const fast;
    std::mt19937 dice{7};
    std::vector<std::size_t> cuts(static_cast<std::size_t>(images));
    for (std::size_t& cut : cuts) {
        cut = dice() % (life.size() + 1);
    }
    std::sort(cuts.begin(), cuts.end());

    PowerLossReport report;
    DiskModel disk;
    std::int64_t acknowledged = 0;
    std::size_t at = 0;
    for (std::size_t const cut : cuts) {
        for (; at < cut; ++at) {
            disk.apply(life[at]);
            if (life[at].kind == DiskEvent::Kind::mark) {
                acknowledged = life[at].number;
            }
        }
        directory.clear();
        for (auto const& [path, bytes] : disk.after_power_cut(dice)) {
            std::string const name = std::filesystem::path{path}.filename().string();
            write_file(directory.file(name), bytes);
        }
        ++report.images;
        inspect(directory, acknowledged, report);
    }
    return report;
}

void print(char const* mode, PowerLossReport const& report) {
    std::cout << "power cut, " << mode << ": " << report.images << " disks, " << report.losing << " have lost "
              << report.lost_commits << " acknowledged commits, " << report.damaged << " damaged, " << report.half
              << " with half a commit, " << report.other << " unreadable; none means fewer than "
              << 300.0 / report.images << " % (95 % confidence)\n";
}

} // namespace

TEST_CASE("An acknowledged commit survives a power cut", "[power]") {
    PowerLossReport const report = cut_power(record_a_life(Durability::power_loss_safe), scaled(2'500));
    print("power_loss_safe", report);
    INFO(report.first_error);
    CHECK(report.losing == 0);
    CHECK(report.damaged == 0);
    CHECK(report.half == 0);
    CHECK(report.other == 0);
}

TEST_CASE("In the weaker mode a power cut takes whole commits and damages nothing", "[power]") {
    PowerLossReport const report = cut_power(record_a_life(Durability::process_crash_only), scaled(600));
    print("process_crash_only", report);
    INFO(report.first_error);
    // This also shows that the test above can fail.
    CHECK(report.losing > report.images / 4);
    CHECK(report.damaged == 0);
    CHECK(report.half == 0);
    CHECK(report.other == 0);
}

TEST_CASE("The power cut test notices a disk that does not sync", "[power]") {
    std::vector<DiskEvent> life = record_a_life(Durability::power_loss_safe);
    std::erase_if(life, [](DiskEvent const& event) { return event.kind == DiskEvent::Kind::sync; });
    PowerLossReport const report = cut_power(life, 200);
    CHECK(report.losing + report.damaged + report.other > 100);
}
