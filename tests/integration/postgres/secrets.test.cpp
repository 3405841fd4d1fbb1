// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <chrono>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

// No message shows a password, not even one that was written where it is not understood, nor a payload.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;

std::string const secret = "SECRETMARK";

/// All that an error says, with what is nested in it.
std::string words_of(std::exception const& error) {
    std::string words = error.what();
    try {
        std::rethrow_if_nested(error);
    } catch (std::exception const& nested) {
        words += words_of(nested);
    }
    return words;
}

template <class Work>
void check_fails_without_secret(Work&& work) {
    try {
        work();
        FAIL_CHECK("did not fail");
    } catch (std::exception const& error) {
        CHECK(std::string{error.what()}.size() > 10);
        CHECK_THAT(words_of(error), !Catch::Matchers::ContainsSubstring(secret));
    }
}

} // namespace

TEST_CASE("postgres: no message shows the password of a connection string", "[postgres][secrets]") {
    std::string const here = annals_tests::shared_conninfo();
    std::string const address = here.substr(0, here.find(" user="));
    std::string const port = address.substr(address.rfind('=') + 1);
    std::string const password = " password=" + secret;
    std::string const uri = "postgresql://annals:" + secret;
    for (std::string const& conninfo : std::vector<std::string>{
             "host=nowhere.invalid" + password,
             "host=127.0.0.1 port=1" + password,
             "host=127.0.0.1 port=99999" + password,
             "host=127.0.0.1 port=x" + password,
             "host=/nowhere" + password,
             "hostaddr=x" + password,
             here + password + " dbname=nowhere",
             here + password + " user=nobody",
             here + password + " sslmode=x",
             here + password + " sslmode=require",
             here + password + " nonsense=1",
             here + password + " options=-cnonsense=1",
             here + password + " '",
             here + " password='" + secret,
             here + " password=a " + secret,
             here + " passwort=" + secret,
             secret,
             "=" + secret,
             uri + "@127.0.0.1:1/postgres",
             uri + "@127.0.0.1:x/postgres",
             uri + "@nowhere.invalid/postgres",
             uri + "@127.0.0.1:" + port + "/nowhere",
             uri + "@127.0.0.1:" + port + "/postgres?nonsense=1",
             uri + "%zz@127.0.0.1/postgres",
             // A character that should have been written as %40, %2F, %3A, %3F or %23 cuts the password in two.
             "postgresql://annals:a@" + secret + "@127.0.0.1:" + port + "/postgres",
             "postgresql://annals:a/" + secret + "@127.0.0.1:" + port + "/postgres",
             "postgresql://127.0.0.1:" + port + "/" + secret + "@127.0.0.1:1/postgres",
             "postgresql://annals:1:" + secret + "@127.0.0.1:1/postgres",
             "postgresql://annals:1?" + secret + "@127.0.0.1:1/postgres",
             "postgresql://annals:1#" + secret + "@127.0.0.1:1/postgres",
         }) {
        CAPTURE(conninfo);
        check_fails_without_secret([&] { PostgresEventStore{conninfo, {.deadline = 100ms}}; });
    }
}

TEST_CASE("postgres: a wrong password is refused without showing it", "[postgres][secrets]") {
    Server server;
    Session{server.conninfo()}.run("CREATE ROLE guarded LOGIN PASSWORD 'right'");
    std::ofstream{server.folder() / "data" / "pg_hba.conf"}
        << "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
    Session{server.conninfo()}.run("SELECT pg_reload_conf()");
    std::string const guarded = server.conninfo() + " user=guarded password=";
    Options const options{.deadline = 2s};
    check_fails_without_secret([&] { PostgresEventStore{guarded + secret, options}; });
    // A password that is wrong will not be right after a while: a role is locked out by many attempts.
    try {
        PostgresEventStore const store{guarded + "wrong", options};
        FAIL_CHECK("a wrong password was taken");
    } catch (annals::StoreError const& error) {
        CHECK_FALSE(error.is_transient());
        CHECK(error.native_code() == "28P01");
    }
    Session{server.conninfo()}.run(
        "CREATE SCHEMA annals AUTHORIZATION guarded; GRANT CREATE ON DATABASE postgres TO guarded"
    );
    CHECK_NOTHROW(PostgresEventStore{guarded + "right", options});
}

TEST_CASE("postgres: no message shows a payload", "[postgres][secrets]") {
    TestSchema schema;
    schema.options.payload_column = annals::postgres::PayloadColumn::json;
    auto store = schema.open();
    auto const stream = stream_of("a");
    auto const event = event_with("{\"key\": \"" + secret + "\"}");
    auto const any = ExpectedVersion::any();
    auto changed = event;
    changed.payload.data = "{\"key\": \"" + secret + "2\"}";

    check_fails_without_secret([&] { store.append(stream, any, std::vector{event_with(secret + " is no JSON")}); });
    store.append(stream, any, std::vector{event});
    check_fails_without_secret([&] { store.append(stream, any, std::vector{changed}); });
    check_fails_without_secret([&] {
        store.append(stream, ExpectedVersion::no_stream(), std::vector{event_with(changed.payload.data)});
    });
    check_fails_without_secret([&] { store.append(stream, any, std::vector{event_with(secret + '\0')}); });

    schema.run("ALTER TABLE @.events ADD CONSTRAINT theirs CHECK (data::text NOT LIKE '%" + secret + "2%')");
    check_fails_without_secret([&] { store.append(stream, any, std::vector{event_with(changed.payload.data)}); });
    schema.run("ALTER TABLE @.events DISABLE TRIGGER ALL; UPDATE @.events SET checksum = 1");
    check_fails_without_secret([&] { static_cast<void>(log_of(store)); });
}
