// SPDX-License-Identifier: MIT

#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

// A read model outside of the database: a runner that is killed repeats events, and leaves none out.

namespace {

using namespace projections;
using namespace std::chrono_literals;
using reliability::Process;
using reliability::scaled;

/// A file with a line for each event that it was given, whole or not at all.
class Sink {
public:
    explicit Sink(std::string const& path) : file_{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)} {}
    void add(std::string const& line) const {
        if (::write(file_, line.data(), line.size()) != static_cast<::ssize_t>(line.size())) {
            throw std::runtime_error{"cannot write to the sink"};
        }
    }

private:
    int file_;
};

struct Exporter {
    static constexpr std::string_view name = "export";
    static constexpr bool takes_subset = true;
    using events = bank::Account;
    Sink const* sink;

    void handle(bank::Deposited const&, annals::EventFacts const& at) {
        sink->add(
            annals::to_text(at.event_id) + ' ' + at.aggregate_id() + ' ' + std::to_string(at.version.value()) + '\n'
        );
        std::this_thread::sleep_for(100us);
    }
};

struct Honest {
    template <class Place>
    static void run(Place const& place, Sink const& sink) {
        auto store = place.store();
        annals::ProjectionOptions const options{.batch = 10, .poll = 1ms, .lease = 10ms};
        annals::ProjectionRunner{store, Exporter{&sink}, options}.catch_up();
    }
};

/// Broken: notes its place before the work is done.
struct Hasty {
    template <class Place>
    static void run(Place const& place, Sink const& sink) {
        auto store = place.store();
        std::string const table = place.tables() + "hasty";
        projections::run(store, "CREATE TABLE IF NOT EXISTS " + table + " (position BIGINT NOT NULL)");
        Exporter exporter{&sink};
        while (true) {
            annals::Position const from{number(store, "SELECT coalesce(max(position), 0) FROM " + table)};
            auto const page = annals::detail::read_page(store, from, {}, {.batch = 10});
            if (page.events.empty()) {
                return;
            }
            projections::run(store, "INSERT INTO " + table + " VALUES (" + std::to_string(page.end.first()) + ")");
            for (auto const& event : page.events) {
                exporter.handle({}, annals::EventFacts{event});
            }
        }
    }
};

struct SinkReport {
    int kills = 0;
    int repeated = 0;
    int skipped = 0;    ///< events that never came
    int disordered = 0; ///< events that came for the first time before one of lower version of their stream
};

template <class Store>
void audit(Store const& store, std::string const& path, SinkReport& report) {
    std::set<std::string> ids;
    std::map<std::string, std::int64_t> versions;
    std::ifstream in{path};
    std::string id;
    std::string stream;
    for (std::int64_t version = 0; in >> id >> stream >> version;) {
        bool const is_new = ids.insert(id).second;
        report.repeated += is_new ? 0 : 1;
        report.disordered += is_new && version != versions[stream] + 1 ? 1 : 0;
        versions[stream] = is_new ? version : versions[stream];
    }
    for (auto const& event : store.read_all()) {
        report.skipped += ids.contains(annals::to_text(event.event_id)) ? 0 : 1;
    }
}

template <class Runner, class Place>
SinkReport kill_exporters(int cycles) {
    Place const place;
    reliability::TempDirectory const directory;
    std::string const path = directory.file("sink");
    SinkReport report;
    std::mt19937 dice{std::random_device{}()};
    for (int cycle = 0; cycle < cycles; ++cycle) {
        {
            auto store = place.store();
            bank::deposit(store, 200);
        }
        Process process{[&] {
            Sink const sink{path};
            Runner::run(place, sink);
        }};
        std::this_thread::sleep_for(std::chrono::milliseconds{dice() % 80});
        process.kill();
        process.wait();
        report.kills += process.was_killed() ? 1 : 0;
    }
    Process last{[&] {
        Sink const sink{path};
        Runner::run(place, sink);
    }};
    CHECK(last.wait());
    auto const store = place.store();
    audit(store, path, report);
    return report;
}

template <class Place>
void check_honest() {
    int const cycles = scaled(200);
    SinkReport const report = kill_exporters<Honest, Place>(cycles);
    CHECK(report.kills > cycles / 2);
    CHECK(report.skipped == 0);
    CHECK(report.disordered == 0);
    std::cout << "sink: " << report.kills << " kills, " << report.repeated << " events repeated, none left out\n";
}

} // namespace

TEST_CASE("A sink is given each event, in order, whenever its runner dies") { check_honest<SqlitePlace>(); }
TEST_CASE("postgres: a sink is given each event, in order, whenever its runner dies") { check_honest<PostgresPlace>(); }

TEST_CASE("The sink test notices a checkpoint before the work") {
    CHECK(kill_exporters<Hasty, SqlitePlace>(30).skipped > 0);
}
TEST_CASE("postgres: the sink test notices a checkpoint before the work") {
    CHECK(kill_exporters<Hasty, PostgresPlace>(30).skipped > 0);
}
