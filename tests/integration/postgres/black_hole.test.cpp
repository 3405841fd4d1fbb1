// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/black_hole.hpp>
#include <tests/integration/postgres/support/impatient.hpp>
#include <tests/integration/postgres/support/stopwatch.hpp>

#include <chrono>
#include <fstream>
#include <ios>
#include <string>

// A network that swallows what is sent: neither an answer nor an error ever comes.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;

} // namespace

TEST_CASE("postgres: every call ends when the network swallows it", "[postgres][deadline]") {
    BlackHole network;
    if (!network.is_made()) {
        WARN("not tried: making a network takes root and iproute2");
        return;
    }
    Server server;
    std::ofstream{server.folder() / "data" / "postgresql.conf", std::ios::app} << "listen_addresses = '*'\n";
    std::ofstream{server.folder() / "data" / "pg_hba.conf"} << "host all all all trust\n";
    server.stop();
    server.start();
    std::string const conninfo = server.conninfo() + " host=" + network.address();
    Options const options{.deadline = 300ms};
    network.run([&] {
        auto store = open_impatient(conninfo, options);
        for (BlockingCall const& call : every_call()) {
            CAPTURE(call.name);
            REQUIRE(works_soon([&] { call.run(store); }));
            network.swallow();
            Stopwatch const watch;
            if (call.is_unknown_without_answer) {
                CHECK_THROWS_AS(call.run(store), annals::AppendOutcomeUnknown);
            } else {
                CHECK_THROWS_AS(call.run(store), annals::StoreError);
            }
            CHECK(watch.elapsed() < 4s);
            network.let_through();
        }
        network.swallow();
        Stopwatch const watch;
        CHECK_THROWS_AS((PostgresEventStore{conninfo, options}), annals::StoreError);
        CHECK(watch.elapsed() < 4s);
        network.let_through();
        CHECK(works_soon([&] { append_some(store, "a"); }));
    });
}
