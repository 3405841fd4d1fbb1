// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/integration/sqlite/support/statement_watch.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What a store does takes SQLite as many steps in a large file as in a small one. A step into an index goes down a
// tree, so that its own cost is logarithmic.

namespace {

using namespace integration;
using annals::ExpectedVersion;
using annals::Position;
using annals::SqliteEventStore;
using annals::Version;
using reliability::RawDatabase;
using reliability::TempDirectory;

/// A store with so many events, in streams of ten.
class Filled {
public:
    explicit Filled(int streams) {
        std::vector<annals::NewEvent<annals::EncodedPayload>> events;
        for (int i = 0; i < 10 * streams; ++i) {
            events.push_back(addition(i));
        }
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        for (std::size_t i = 0; i < events.size(); i += 10) {
            auto const id = std::to_string(i / 10);
            commit.push_back({counter_stream(id), ExpectedVersion::no_stream(), {events.data() + i, 10}});
        }
        store_.append(commit);
        last_ = {events.begin() + (10 * streams - 10), events.end()};
    }

    [[nodiscard]] std::string const& path() const { return path_; }

    /// How many steps each of the usual things takes.
    [[nodiscard]] std::map<std::string, long> steps() {
        std::map<std::string, long> found;
        auto const measure = [&](std::string const& name, std::function<void()> const& work) {
            watch_.begin();
            work();
            found[name] = watch_.steps();
            statements_.insert(watch_.statements().begin(), watch_.statements().end());
        };
        auto const one = addition(1);
        auto const stream = counter_stream("0");
        Position const near_end{store_.head().first() - 20};
        measure("append to a stream", [&] { store_.append(stream, ExpectedVersion::exactly(Version{10}), {&one, 1}); });
        measure("append to a new stream", [&] { append_additions(store_, "new", 3); });
        measure("repeat an append", [&] {
            std::string const id = std::to_string(store_.head().first() / 10 - 1);
            CHECK(store_.append(counter_stream(id), ExpectedVersion::no_stream(), last_).already_appended);
        });
        measure("load a stream", [&] { CHECK(count(store_.get_events(stream)) == 11); });
        measure("load the end of a stream", [&] { CHECK(count(store_.get_events(stream, Version{8})) == 3); });
        measure("load no stream", [&] { CHECK(count(store_.get_events(counter_stream("none"))) == 0); });
        measure("read on", [&] { CHECK(count(store_.read_all(near_end)) == 24); });
        measure("read on with a filter", [&] {
            auto const filter = annals::EventFilter::category("PlainCounter");
            CHECK(count(store_.read_all(near_end, 5, filter)) == 5);
        });
        measure("look for the head", [&] { CHECK(store_.head() > near_end); });
        measure("look for a version", [&] { CHECK(store_.stream_version(stream) == Version{11}); });
        return found;
    }

    /// All statements that `steps` has run.
    [[nodiscard]] std::set<std::string> const& statements() const { return statements_; }

private:
    TempDirectory directory_;
    std::string path_ = directory_.file("events.db");
    StatementWatch watch_;
    SqliteEventStore store_{path_};
    std::vector<annals::NewEvent<annals::EncodedPayload>> last_;
    std::set<std::string> statements_;
};

} // namespace

TEST_CASE("What a store does takes as many steps with many events as with few", "[sqlite]") {
    auto const few = Filled{10}.steps();
    auto const many = Filled{1'000}.steps();
    for (auto const& [name, steps] : few) {
        CAPTURE(name);
        CHECK(steps > 0);
        CHECK(many.at(name) == steps);
    }
}

TEST_CASE("Without an index SQLite takes more steps with many events", "[sqlite]") {
    auto const steps_without = [](std::string const& index, int streams) {
        Filled store{streams};
        RawDatabase{store.path()}.run("DROP INDEX " + index);
        return store.steps();
    };
    std::vector<std::pair<std::string, std::string>> const uses{
        {"events_stream", "append to a stream"},
        {"events_stream", "load a stream"},
        {"events_event_id", "repeat an append"},
    };
    for (auto const& [index, work] : uses) {
        CAPTURE(index, work);
        CHECK(steps_without(index, 1'000).at(work) > 10 * steps_without(index, 10).at(work));
    }
}

TEST_CASE("No statement of a store passes over or sorts all events", "[sqlite]") {
    Filled store{20};
    static_cast<void>(store.steps());
    RawDatabase const raw{store.path()};
    int plans = 0;
    auto const plan_of = [&](std::string const& sql) {
        std::string plan;
        auto const add = [](void* out, int, char** values, char**) {
            static_cast<std::string*>(out)->append(values[3]).append("\n");
            return 0;
        };
        REQUIRE(sqlite3_exec(raw.handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), add, &plan, nullptr) == SQLITE_OK);
        plans += plan.empty() ? 0 : 1;
        return plan;
    };
    auto const is_flat = [](std::string const& plan) {
        return plan.find("SCAN events") == std::string::npos && plan.find("TEMP B-TREE") == std::string::npos;
    };
    for (std::string const& sql : store.statements()) {
        std::string const plan = plan_of(sql);
        CAPTURE(sql, plan);
        CHECK(is_flat(plan));
    }
    CHECK(plans > 5);
    CHECK_FALSE(is_flat(plan_of("SELECT * FROM events WHERE data = '1'")));
    CHECK_FALSE(is_flat(plan_of("SELECT * FROM events WHERE aggregate_type = 'x' ORDER BY position")));
}
