// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <annals/sqlite/checkpoint_store.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/vfs_shim.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

// Files that are no longer what was written: with flipped bits, or cut off.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::Process;
using reliability::RawDatabase;
using reliability::read_file;
using reliability::TempDirectory;
using reliability::write_file;

constexpr int streams = 12;

std::string id_of(int stream) { return "counter-" + std::to_string(stream); }

/// All that can be read from a store.
struct Contents {
    std::vector<std::string> log;                           ///< every event, in global order
    std::map<std::string, std::vector<std::string>> events; ///< of each stream
    std::map<std::string, std::int64_t> versions;
    std::map<std::string, std::int64_t> totals; ///< of the aggregates, through their snapshots
    std::int64_t head = 0;
    std::string checkpoint;

    friend bool operator==(Contents const&, Contents const&) = default;
};

std::string text_of(annals::SourcedEvent<annals::EncodedPayload> const& event) {
    return to_text(event.position) + '|' + to_text(event.stream) + '|' + annals::to_text(event.version) + '|' +
           annals::to_text(event.event_id) + '|' + annals::to_text(event.timestamp) + '|' + event.metadata.user + '|' +
           event.payload.type + '|' + std::to_string(event.payload.schema_version) + '|' + event.payload.data;
}

Contents read(SqliteEventStore& store) {
    Contents contents;
    for (auto const& event : store.get_all_events()) {
        contents.log.push_back(text_of(event));
    }
    auto counters = annals::repository_for<PlainCounter>(store, annals::EveryNEvents{7});
    for (int i = 0; i < streams; ++i) {
        annals::StreamName const stream{"PlainCounter", id_of(i)};
        auto& events = contents.events[id_of(i)];
        for (auto const& event : store.get_events(stream)) {
            events.push_back(text_of(event));
        }
        contents.versions[id_of(i)] = store.stream_version(stream).value();
        auto const counter = counters.get_by_id(id_of(i));
        contents.totals[id_of(i)] = counter ? counter->total() : -1;
    }
    contents.head = store.head().first();
    auto const checkpoint = annals::SqliteCheckpointStore{store}.load("sum");
    contents.checkpoint = checkpoint ? to_text(checkpoint->position) + annals::to_text(checkpoint->event_id) : "none";
    return contents;
}

/// Fills a store with some 300 events, snapshots and a checkpoint.
void fill(SqliteEventStore& store) {
    // The same bytes each time.
    annals::testing::FixedClock clock{annals::parse_timestamp("2024-02-29T12:00:00Z")};
    annals::testing::SequentialIds ids;
    annals::RepositoryOptions options;
    options.context = {{}, &clock, &ids};
    options.context.metadata.user = "somebody";
    auto counters = annals::repository_for<PlainCounter>(store, annals::EveryNEvents{7}, options);
    for (int round = 0; round < 8; ++round) {
        for (int i = 0; i < streams; ++i) {
            counters.transact(id_of(i), [&](PlainCounter& counter) {
                for (int n = 0; n <= (round + i) % 5; ++n) {
                    counter.add(round * 1'000 + n);
                }
            });
        }
    }
    annals::Checkpoint last;
    for (auto const& event : store.get_all_events()) {
        last.position = event.position;
        last.event_id = event.event_id;
    }
    annals::SqliteCheckpointStore{store}.advance("sum", std::nullopt, last);
}

/// What came of reading damaged files.
struct Tally {
    int files = 0;
    int same = 0;     ///< all was read as it was written
    int refused = 0;  ///< there was an error of the library
    int verified = 0; ///< something else was read, but verify() finds the damage
    int wrong = 0;    ///< something else was read, without a word
    int untyped = 0;  ///< there was another exception
    std::vector<std::string> wrongs;

    [[nodiscard]] std::string wrongs_text() const {
        std::string text;
        for (std::string const& each : wrongs) {
            text += each + '\n';
        }
        return text;
    }
    void print(char const* what) const {
        std::cout << what << ": " << files << " files, " << same << " read as written, " << refused << " refused, "
                  << verified << " found by verify(), " << wrong << " read wrongly\n";
    }
};

std::string difference(Contents const& read, Contents const& written) {
    std::string what;
    what += read.log != written.log ? "log " : "";
    what += read.events != written.events ? "streams " : "";
    what += read.versions != written.versions ? "versions " : "";
    what += read.totals != written.totals ? "aggregates " : "";
    what += read.head != written.head ? "head " : "";
    what += read.checkpoint != written.checkpoint ? "checkpoint " : "";
    return what;
}

/// Damage to an index can hide the end of a stream from those who read it; nothing hides it from `verify`.
bool is_found_by_verify(SqliteEventStore const& store) {
    try {
        store.verify();
        return false;
    } catch (annals::CorruptData const&) {
        return true;
    }
}

void try_to_read(std::string const& path, Contents const& written, Tally& tally, std::string const& damage) {
    ++tally.files;
    try {
        SqliteEventStore store{path, {{}, std::chrono::milliseconds{50}}};
        Contents const contents = read(store);
        if (contents == written) {
            ++tally.same;
        } else if (is_found_by_verify(store)) {
            ++tally.verified;
        } else {
            ++tally.wrong;
            tally.wrongs.push_back(difference(contents, written) + "at " + damage);
        }
    } catch (annals::Error const&) {
        ++tally.refused;
    } catch (std::exception const& error) {
        ++tally.untyped;
        tally.wrongs.push_back(error.what() + (" at " + damage));
    }
}

/// Looks at the log alone: a missing event is not found by way of its stream.
bool reads_log_wrongly(std::string const& path, std::vector<std::string> const& written) {
    try {
        std::vector<std::string> log;
        SqliteEventStore const store{path};
        for (auto const& event : store.get_all_events()) {
            log.push_back(text_of(event));
        }
        return log != written;
    } catch (annals::Error const&) {
        return false;
    }
}

void flip(std::string& bytes, std::size_t bit) {
    char& byte = bytes[bit / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (bit % 8)));
}

/// What the file says to somebody who does not look at checksums.
std::string read_raw(std::string const& path) {
    try {
        return RawDatabase{path}.text(
            "SELECT hex(event_id) || aggregate_id || version || event_type || timestamp || metadata || "
            "data FROM events"
        );
    } catch (std::runtime_error const&) {
        return "refused";
    }
}

/// A store of whole commits in a write-ahead log that was never moved into the file, as a crash
/// leaves it. Commit n has n % 4 + 1 events.
void crash_with_a_log(std::string const& path) {
    Process crashing{[&] {
        SqliteEventStore store{path};
        store.transact([](annals::sqlite::Transaction& transaction) {
            sqlite3_wal_autocheckpoint(transaction.handle(), 0);
        });
        for (int n = 0; n < 40; ++n) {
            append_additions(store, id_of(n % 3), n % 4 + 1);
        }
        ::_exit(0); // without closing the store
    }};
    REQUIRE(crashing.wait());
}

/// Whether a store has the first commits of those above, whole, and nothing else.
bool has_first_commits(SqliteEventStore const& store) {
    int events = 0;
    std::map<std::string, std::int64_t> versions;
    for (auto const& event : store.get_all_events()) {
        ++events;
        if (event.version.value() != ++versions[event.aggregate_id()]) {
            return false;
        }
    }
    for (int i = 0; i < 3; ++i) {
        if (count(store.get_events(counter_stream(id_of(i)))) != versions[id_of(i)]) {
            return false;
        }
    }
    int whole = 0;
    for (int n = 0; whole < events; ++n) {
        whole += n % 4 + 1;
    }
    return whole == events && events <= 100;
}

/// Opens a file beside a damaged log. @returns whether the first commits, or an error, came of it
bool loses_only_the_end(std::string const& path, int& refused, int& events) {
    try {
        SqliteEventStore const store{path};
        events = count(store.get_all_events());
        return has_first_commits(store);
    } catch (annals::Error const&) {
        ++refused;
        return true;
    }
}

} // namespace

TEST_CASE("A flipped bit is found, or does no harm", "[sqlite][damage]") {
    TempDirectory const directory;
    reliability::WithoutSyncs const fast;
    std::string const path = directory.file("events.db");
    Contents const written = [&] {
        SqliteEventStore store{path};
        fill(store);
        return read(store);
    }();
    std::string const raw = read_raw(path);
    std::string const whole = read_file(path);
    REQUIRE(written.log.size() > 200);
    std::mt19937 dice{1};
    Tally tally;
    int wrong_in_log = 0;
    int wrong_without_checksums = 0;
    int const flips = reliability::scaled(2'000);
    for (int i = 0; i < flips; ++i) {
        std::string bytes = whole;
        std::size_t const bit = dice() % (bytes.size() * 8);
        flip(bytes, bit);
        directory.clear();
        write_file(path, bytes);
        try_to_read(path, written, tally, "byte " + std::to_string(bit / 8));
        wrong_in_log += reads_log_wrongly(path, written.log) ? 1 : 0;
        std::string const read = read_raw(path);
        wrong_without_checksums += read != raw && read != "refused" ? 1 : 0;
    }
    tally.print("one flipped bit");
    std::cout << "  without checksums " << wrong_without_checksums << " would be read wrongly\n";
    INFO(tally.wrongs_text());
    CHECK(tally.wrong == 0);
    CHECK(tally.verified < flips / 50 + 5); // one in a hundred, and chance
    CHECK(tally.untyped == 0);
    CHECK(wrong_in_log == 0);
    // This also shows that the test above can fail.
    CHECK(wrong_without_checksums > flips / 10);
}

TEST_CASE("A file that was cut off is refused", "[sqlite][damage]") {
    TempDirectory const directory;
    reliability::WithoutSyncs const fast;
    std::string const path = directory.file("events.db");
    Contents const written = [&] {
        SqliteEventStore store{path};
        fill(store);
        return read(store);
    }();
    std::string const whole = read_file(path);
    Tally tally;
    for (std::size_t size = 512; size < whole.size(); size += 512) {
        directory.clear();
        write_file(path, whole.substr(0, size));
        try_to_read(path, written, tally, "size " + std::to_string(size));
    }
    tally.print("a file cut off");
    INFO(tally.wrongs_text());
    CHECK(tally.wrong == 0);
    CHECK(tally.untyped == 0);
    CHECK(tally.same < 8); // the last page is not full

    // All but this: a file of no bytes is a new database, and SQLite knows of no other.
    write_file(path, "");
    CHECK(count(SqliteEventStore{path}.get_all_events()) == 0);
}

TEST_CASE("A write-ahead log that was cut off, or damaged, costs its end only", "[sqlite][damage]") {
    // SQLite takes a log for what is whole at its start: the tail of it is gone without a word, as
    // it must be after a crash in the middle of a write. What is left is a moment of the store.
    TempDirectory const directory;
    reliability::WithoutSyncs const fast;
    std::string const path = directory.file("events.db");
    crash_with_a_log(path);
    std::string const file = read_file(path);
    std::string const log = read_file(path + "-wal");
    REQUIRE(log.size() > 100'000);
    int logs = 0;
    int refused = 0;
    int most = 0;
    int wrong = 0;
    auto const try_log = [&](std::string const& bytes) {
        directory.clear();
        write_file(path, file);
        write_file(path + "-wal", bytes);
        int events = 0;
        wrong += loses_only_the_end(path, refused, events) ? 0 : 1;
        most = events > most ? events : most;
        ++logs;
    };
    for (std::size_t size = 0; size <= log.size() + 511; size += 512) {
        try_log(log.substr(0, size));
    }
    CHECK(most == 100); // of the whole log
    std::mt19937 dice{1};
    for (int i = reliability::scaled(300); i > 0; --i) {
        std::string bytes = log;
        flip(bytes, dice() % (bytes.size() * 8));
        try_log(bytes);
    }
    CHECK(wrong == 0);
    std::cout << "a log cut off or damaged: " << logs << " logs, " << refused
              << " refused, the others read up to the damage\n";
}
