// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/silent_socket.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <string>

using namespace annals_tests;
using integration::postgres::SilentSocket;
using namespace std::chrono_literals;

namespace {

std::string port_of(std::string const& conninfo) {
    auto const at = conninfo.find("port=") + 5;
    return conninfo.substr(at, conninfo.find(' ', at) - at);
}

/// Two hosts: one at this port, then the shared server.
std::string behind(std::string const& first_port) {
    return "host=127.0.0.1,127.0.0.1 port=" + first_port + ',' + port_of(shared_conninfo()) +
           " user=annals dbname=postgres";
}

} // namespace

TEST_CASE("postgres: of several hosts the first that answers is taken") {
    annals::postgres::Options const options{.schema = unique_schema(), .deadline = 4s};
    CHECK_NOTHROW(annals::PostgresEventStore{behind("1"), options}); // refused
    for (auto const queue : {SilentSocket::Queue::open, SilentSocket::Queue::full}) {
        SilentSocket const silent{queue}; // libpq's own way through the list would wait there until the deadline
        CHECK_NOTHROW(annals::PostgresEventStore{behind(port_of(silent.conninfo())), options});
    }
}

TEST_CASE("postgres: lists of hosts that do not match are refused") {
    for (char const* const hosts : {"host=a,b,c port=1,2", "host=a,b hostaddr=127.0.0.1,127.0.0.2,127.0.0.3"}) {
        CHECK_THROWS_AS(annals::PostgresEventStore{hosts}, annals::InvalidInput);
    }
}

TEST_CASE("postgres: a host that cannot be written to is passed over") {
    Server const readable{"default_transaction_read_only = on"};
    annals::postgres::Options const options{.schema = unique_schema(), .deadline = 2s};
    CHECK_NOTHROW(annals::PostgresEventStore{behind(port_of(readable.conninfo())), options});
    CHECK_THROWS_AS((annals::PostgresEventStore{readable.conninfo(), options}), annals::postgres::ConnectionLost);
}
