// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

using namespace annals_tests;
using namespace std::chrono_literals;

TEST_CASE("postgres: events travel over TLS, to a server whose certificate is verified") {
    Server const server;
    std::string const data = (server.folder() / "data").string();
    REQUIRE(
        std::system(
            ("cd '" + data +
             "' && openssl req -new -x509 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
             "-keyout server.key -out server.crt 2>/dev/null && chmod 600 server.key && cp server.crt ../ca.crt && "
             "chmod 644 ../ca.crt && chown --reference=. server.key server.crt")
                .c_str()
        ) == 0
    );
    Session session{server.conninfo()};
    session.run("ALTER SYSTEM SET ssl = on");
    session.run("SELECT pg_reload_conf()");
    std::string const ca = (server.folder() / "ca.crt").string();
    std::string const verified = server.conninfo() + " sslmode=verify-full sslrootcert='" + ca + '\'';

    annals::PostgresEventStore store{verified};
    std::vector<annals::NewEvent<annals::EncodedPayload>> events(600); // COPY
    for (auto& event : events) {
        event.event_id = annals::new_event_id();
        event.payload = {"Happened", 1, '"' + std::string(10'000, 'x') + '"'};
    }
    annals::StreamName const stream{"Order", "1"};
    store.append(stream, annals::ExpectedVersion::no_stream(), events);
    events.resize(1);
    events[0].event_id = annals::new_event_id();
    store.append(stream, annals::ExpectedVersion::exactly(annals::Version{600}), events);
    std::size_t count = 0;
    for (auto const& event : store.get_events(stream)) {
        count += event.payload.data.size() == 10'002 ? 1U : 0U;
    }
    CHECK(count == 601);
    CHECK(
        session.run("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                    "WHERE application_name = 'annals'") == "t"
    );

    // Another authority: no connection, rather than one that is not verified.
    REQUIRE(
        std::system(("openssl req -new -x509 -nodes -days 2 -subj /CN=other -keyout /dev/null -out '" + ca +
                     "' 2>/dev/null")
                        .c_str()) == 0
    );
    CHECK_THROWS_AS((annals::PostgresEventStore{verified, {.deadline = 1s}}), annals::postgres::ConnectionLost);
}
