// SPDX-License-Identifier: MIT

#include <annals/json/archive.hpp>
#include <annals/projection.hpp>
#include <annals/projection_runner.hpp>
#include <annals/with_archive.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/integration/time_travel/support/basket.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// What goes from the store is in the archive, once, and can be read as if it had never gone.

using namespace baskets;
using annals::EventFilter;
using annals::FileArchive;
using annals::Position;
using annals::StreamName;
using annals::Version;
using Events = std::vector<FileArchive::Event>;

namespace {

template <class Range>
Events all_of(Range&& range) {
    Events all;
    for (auto const& event : range) {
        all.push_back(event);
    }
    return all;
}

bool same(Events const& a, Events const& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto const& x, auto const& y) {
        return annals::detail::archive_line(x) == annals::detail::archive_line(y);
    });
}

StreamName basket(unsigned number) { return {"Basket", "b" + std::to_string(number)}; }

/// 60 events in four baskets, with awkward texts among them.
template <class Store>
void fill(Store& store, unsigned seed) {
    std::mt19937 dice{seed};
    auto baskets_of = annals::repository_for<Basket>(store);
    for (int i = 0; i < 60; ++i) {
        annals::Metadata const metadata{.user = "a \"user\"\n\xC3\xA9", .extra = {{"line\u2028break", "\\"}}};
        baskets_of.transact("b" + std::to_string(dice() % 4), metadata, [&](Basket& one) {
            one.do_as(any_event(dice));
        });
    }
}

std::string content(std::string const& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}
void write(std::string const& path, std::string const& text) { std::ofstream{path, std::ios::binary} << text; }

template <class Place>
void check_nothing_is_missing() {
    unsigned const seed = GENERATE(1U, 2U, 3U);
    Place const place;
    auto store = place.store();
    fill(store, seed);
    Events const before = all_of(store.read_all());
    reliability::TempDirectory const folder;
    FileArchive archive{folder.file("baskets.ndjson")};
    annals::WithArchive const whole{store, archive};

    std::mt19937 dice{seed};
    for (int round = 0; round < 6; ++round) {
        StreamName const stream = basket(static_cast<unsigned>(dice() % 4));
        Version const last = store.stream_version(stream);
        annals::archive_before(
            store,
            archive,
            stream,
            Version{static_cast<std::int64_t>(dice() % static_cast<unsigned>(last.value())) + 1},
            "old"
        );
        CHECK(same(all_of(whole.read_all()), before));
    }
    CHECK(all_of(store.read_all()).size() < before.size());
    CHECK_FALSE(store.truncations().empty());
    CHECK(whole.truncations().empty());

    // Opened anew, from every place, in pages of all sizes, and filtered.
    FileArchive const again{folder.file("baskets.ndjson")};
    annals::WithArchive const later{store, again};
    for (std::size_t from = 0; from <= before.size(); from += 7) {
        Position const after = from == 0 ? Position{} : before[from - 1].position;
        for (std::size_t const limit : {std::size_t{0}, std::size_t{1}, std::size_t{5}, annals::all_events}) {
            for (auto const& filter :
                 {EventFilter{}, EventFilter::types({"NoteWritten"}), EventFilter::types({"None"})}) {
                Events expected;
                for (std::size_t i = from; i < before.size() && expected.size() < limit; ++i) {
                    if (filter.admits(before[i].aggregate_type(), before[i].payload.type)) {
                        expected.push_back(before[i]);
                    }
                }
                CHECK(same(all_of(later.read_all(after, limit, filter)), expected));
            }
        }
    }
    for (unsigned number = 0; number < 5; ++number) {
        for (std::int64_t version = 0; version < 20; version += 3) {
            Events expected;
            for (auto const& event : before) {
                if (event.stream == basket(number) && event.version > Version{version}) {
                    expected.push_back(event);
                }
            }
            CHECK(same(all_of(later.get_events(basket(number), Version{version})), expected));
        }
    }
}

/// A read model that is built after the archive was made is the one that was built before.
template <class Place>
void check_rebuild() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 50);
    bank::deposit(store, 50);
    auto const before = bank::fold(store);
    reliability::TempDirectory const folder;
    FileArchive archive{folder.file("bank.ndjson")};
    for (int i = 0; i < 3; ++i) {
        annals::archive_before(store, archive, {"Account", "a" + std::to_string(i)}, Version{15}, "old");
    }
    annals::WithArchive whole{store, archive};
    annals::ProjectionRunner{whole, bank::Totals{place.tables()}}.catch_up();
    CHECK(projections::lines(place, store) == before);
    CHECK(bank::fold(store) != before);
}

} // namespace

TEST_CASE("in memory, archived events are read as if they had never gone") { check_nothing_is_missing<MemoryPlace>(); }
TEST_CASE("in SQLite, archived events are read as if they had never gone") { check_nothing_is_missing<SqlitePlace>(); }
TEST_CASE("postgres: archived events are read as if they had never gone") { check_nothing_is_missing<PostgresPlace>(); }

TEST_CASE("in SQLite, a read model is built from archive and store") { check_rebuild<SqlitePlace>(); }
TEST_CASE("postgres: a read model is built from archive and store") { check_rebuild<PostgresPlace>(); }

TEST_CASE("what is in both places is handed out once, and archived once") {
    annals::InMemoryEventStore<annals::EncodedPayload> store;
    fill(store, 4);
    Events const before = all_of(store.read_all());
    reliability::TempDirectory const folder;
    FileArchive archive{folder.file("baskets.ndjson")};
    archive.append(all_of(store.get_events(basket(1)))); // and there it ends, before anything is truncated
    CHECK(same(all_of(annals::WithArchive{store, archive}.read_all()), before));
    auto const size = std::filesystem::file_size(folder.file("baskets.ndjson"));

    annals::archive_before(store, archive, basket(1), store.stream_version(basket(1)), "old");
    CHECK(std::filesystem::file_size(folder.file("baskets.ndjson")) == size);
    CHECK(same(all_of(annals::WithArchive{store, archive}.read_all()), before));

    auto other = before.front();
    other.payload.data += ' ';
    FileArchive fresh{folder.file("other.ndjson")};
    fresh.append(Events{before.front()});
    CHECK_THROWS_AS(fresh.append(Events{other}), annals::CorruptData);
}

TEST_CASE("a last line that was cut short anywhere is written again") {
    annals::InMemoryEventStore<annals::EncodedPayload> store;
    fill(store, 5);
    Events const before = all_of(store.read_all());
    reliability::TempDirectory const folder;
    std::string const path = folder.file("baskets.ndjson");
    Events const three{before.begin(), before.begin() + 3};
    FileArchive{path}.append(three);
    std::string const whole = content(path);
    std::size_t const last_line = whole.rfind('\n', whole.size() - 2) + 1;
    for (std::size_t length = last_line; length < whole.size(); ++length) {
        write(path, whole.substr(0, length));
        FileArchive archive{path};
        CHECK(archive.index().log.size() == 2);
        archive.append(three);
        CHECK(content(path) == whole);
        CHECK(FileArchive{path}.index().log.size() == 3);
    }

    write(path, whole.substr(0, last_line) + std::string(5'000, '{')); // longer than what comes instead
    FileArchive{path}.append(three);
    CHECK(content(path) == whole);
}

TEST_CASE("a damaged archive is never read as something else") {
    annals::InMemoryEventStore<annals::EncodedPayload> store;
    fill(store, 6);
    reliability::TempDirectory const folder;
    std::string const path = folder.file("baskets.ndjson");
    Events const all = all_of(store.read_all());
    Events const some{all.begin(), all.begin() + 5};
    FileArchive{path}.append(some);
    std::string const whole = content(path);
    std::mt19937 dice{7};
    int read_well = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::string damaged = whole;
        std::size_t const at = dice() % damaged.size();
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << (dice() % 8)));
        write(path, damaged);
        try {
            FileArchive const archive{path};
            auto reader = archive.reader();
            Events read;
            for (auto const& [position, offset] : archive.index().log) {
                read.push_back(reader.read(offset));
            }
            // A last line without its end is as good as not written.
            CHECK(same(read, Events{some.begin(), some.begin() + static_cast<std::ptrdiff_t>(read.size())}));
            ++read_well;
        } catch (annals::CorruptData const&) {
            continue;
        }
    }
    CHECK(read_well < 100);
}
