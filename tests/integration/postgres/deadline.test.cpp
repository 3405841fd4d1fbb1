// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/impatient.hpp>
#include <tests/integration/postgres/support/silent_socket.hpp>
#include <tests/integration/postgres/support/stopwatch.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

// Every call comes back, with an error of the library, when the server does not.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;

constexpr auto time_allowed = 300ms;
/// Far more than the second that is promised, for a machine that is busy; far less than for ever.
constexpr auto patience = time_allowed + 4s;

enum class End { done, deadline, failed, unknown };

template <class Call>
End end_of(Call&& call) {
    Stopwatch const watch;
    End end = End::done;
    try {
        call();
    } catch (annals::DeadlineExceeded const&) {
        end = End::deadline;
    } catch (annals::StoreError const& error) {
        CHECK(error.is_transient());
        end = End::failed;
    } catch (annals::AppendOutcomeUnknown const& error) {
        CHECK_FALSE(error.event_ids().empty());
        end = End::unknown;
    }
    CHECK(watch.elapsed() < patience);
    return end;
}

} // namespace

TEST_CASE("postgres: every call ends when the server is frozen, and works when it goes on", "[postgres][deadline]") {
    Server server;
    Options const options{.deadline = time_allowed};
    {
        auto store = open_impatient(server.conninfo(), options);
        for (BlockingCall const& call : every_call()) {
            CAPTURE(call.name);
            REQUIRE(works_soon([&] { call.run(store); })
            ); // so that there is a connection, with the statements prepared
            server.freeze();
            End const end = end_of([&] { call.run(store); });
            CHECK(end == (call.is_unknown_without_answer ? End::unknown : End::failed));
            server.thaw();
            // What was under way on the server is over soon.
            CHECK(works_soon([&] { call.run(store); }));
        }
    }
    server.freeze();
    CHECK(end_of([&] { PostgresEventStore{server.conninfo(), options}; }) == End::failed);
    server.thaw();
}

TEST_CASE("postgres: an append ends when the server is frozen and takes no more bytes", "[postgres][deadline]") {
    Server server;
    PostgresEventStore store{server.conninfo(), {.deadline = 1s}};
    // More than the buffers of a connection hold, so that sending stops in the middle.
    std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    for (int i = 0; i < 14; ++i) {
        events.push_back(event_with(std::string(std::size_t{1} << 20U, 'x')));
    }
    Stopwatch const watch;
    server.freeze();
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), events), annals::AppendOutcomeUnknown);
    server.thaw();
    CHECK(watch.elapsed() < 8s);
    append_some(store, "a");
    CHECK(store.head() > annals::Position{});
}

TEST_CASE("postgres: reading on ends when the server is frozen between two pages", "[postgres][deadline]") {
    Server server;
    auto store = open_impatient(server.conninfo(), {.deadline = time_allowed});
    REQUIRE(works_soon([&] { append_some(store, "a", 300); }));
    auto const read = [&](auto&& range) {
        auto event = range.begin();
        server.freeze();
        CHECK(end_of([&] {
                  for (; event != range.end(); ++event) {
                  }
              }) == End::failed);
        server.thaw();
    };
    read(store.read_all());
    read(store.get_events(stream_of("a")));
    CHECK(works_soon([&] { static_cast<void>(log_of(store)); }));
}

TEST_CASE("postgres: every call ends when all connections are on loan", "[postgres][deadline]") {
    TestSchema const schema{{.pool_size = 1, .deadline = 50ms}};
    auto store = open_impatient(schema.conninfo, schema.options);
    store.database()->once([&](auto&, auto const&) {
        for (BlockingCall const& call : every_call()) {
            CAPTURE(call.name);
            CHECK(end_of([&] { call.run(store); }) == End::deadline);
        }
        return 0;
    });
    CHECK(works_soon([&] { append_some(store, "a"); }));
}

TEST_CASE("postgres: an append ends when another session holds its stream", "[postgres][deadline]") {
    auto const lock_timeout = GENERATE(as<std::chrono::milliseconds>{}, 50ms, 10s);
    TestSchema const schema{{.deadline = time_allowed, .lock_timeout = lock_timeout}};
    auto store = open_impatient(schema.conninfo, schema.options);
    Session other{schema.conninfo};
    other.run(
        "BEGIN; SELECT pg_advisory_xact_lock(" + std::to_string(store.database()->locks().stream(stream_of("a"))) + ")"
    );
    End const end = end_of([&] { append_some(store, "a"); });
    if (lock_timeout < time_allowed) {
        CHECK(end == End::failed);
    } else {
        // Whether the server or the client gives up first is chance.
        CHECK((end == End::failed || end == End::unknown));
    }
    // Neither other streams nor readers wait for it.
    CHECK(works_soon([&] { append_some(store, "b"); }));
    CHECK(works_soon([&] { static_cast<void>(log_of(store)); }));
    other.run("ROLLBACK");
    CHECK(works_soon([&] { append_some(store, "a"); }));
}

TEST_CASE("postgres: every call ends when another session has locked the tables", "[postgres][deadline]") {
    TestSchema const schema{{.deadline = 100ms}};
    auto store = open_impatient(schema.conninfo, schema.options);
    Session other{schema.conninfo};
    other.run("BEGIN");
    other.run(annals::postgres::detail::in_schema(
        schema.options.schema, "LOCK TABLE @.events, @.snapshots, @.checkpoints, @.annals_schema"
    ));
    for (BlockingCall const& call : every_call()) {
        CAPTURE(call.name);
        CHECK(end_of([&] { call.run(store); }) != End::done);
    }
    CHECK(end_of([&] { static_cast<void>(schema.open()); }) == End::failed);
    other.run("ROLLBACK");
    CHECK(works_soon([&] { append_some(store, "a"); }));
}

TEST_CASE("postgres: opening ends when nobody answers", "[postgres][deadline]") {
    for (auto const queue : {SilentSocket::Queue::open, SilentSocket::Queue::full}) {
        SilentSocket const silent{queue};
        for (std::string const more : {"", " sslmode=require"}) {
            CAPTURE(more, queue == SilentSocket::Queue::full);
            CHECK(end_of([&] {
                      PostgresEventStore{silent.conninfo() + more, {.deadline = time_allowed}};
                  }) == End::failed);
        }
    }
    CHECK(end_of([&] { PostgresEventStore{"host=127.0.0.1 port=1", {.deadline = time_allowed}}; }) == End::failed);
}
