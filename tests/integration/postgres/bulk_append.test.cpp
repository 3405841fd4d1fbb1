// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/postgres/server.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using annals::ExpectedVersion;
using annals::StreamName;
using annals::Version;
using namespace annals_tests;

namespace {

using Events = std::vector<annals::NewEvent<annals::EncodedPayload>>;
using Commit = std::vector<annals::StreamAppend<annals::EncodedPayload>>;

/// So many streams of so many events each, all new.
struct Batch {
    Batch(std::size_t streams, std::size_t events_each) : events(streams, Events(events_each)) {
        for (std::size_t stream = 0; stream < streams; ++stream) {
            for (std::size_t i = 0; i < events_each; ++i) {
                auto& event = events[stream][i];
                event.event_id = annals::new_event_id();
                event.timestamp += std::chrono::microseconds{i};
                event.metadata.user = "user \xC3\xBC";
                event.payload = {"Happened", 3, "{\"tab\":\"\\t\",\"n\":" + std::to_string(i) + "}\t\\N\n"};
            }
            commit.push_back({StreamName{"Order", std::to_string(stream)}, ExpectedVersion::no_stream(), events[stream]}
            );
        }
    }
    std::vector<Events> events;
    Commit commit;
};

struct Count {
    annals::PostgresEventStore store{shared_conninfo(), {.schema = unique_schema()}};

    [[nodiscard]] std::size_t events() const {
        std::size_t count = 0;
        for (auto const& event : store.read_all()) {
            static_cast<void>(event); // reading has compared it with its checksum
            ++count;
        }
        return count;
    }
};

} // namespace

TEST_CASE("postgres: a bulk append stores what smaller ones store") {
    Count count;
    Batch const batch{100, 50};
    auto const results = count.store.append(batch.commit);
    REQUIRE(results.size() == 100);
    CHECK(count.events() == 5'000);
    CHECK(count.store.head() == results.back().position);
    for (std::size_t stream = 0; stream < batch.commit.size(); ++stream) {
        std::size_t i = 0;
        annals::Position last;
        for (auto const& event : count.store.get_events(batch.commit[stream].stream)) {
            auto const& sent = batch.events[stream].at(i++);
            CHECK(event.event_id == sent.event_id);
            CHECK(event.version == Version{static_cast<std::int64_t>(i)});
            CHECK(event.timestamp == sent.timestamp);
            CHECK(event.metadata == sent.metadata);
            CHECK(event.payload == sent.payload);
            last = event.position;
        }
        CHECK(i == 50);
        CHECK(results[stream].version == Version{50});
        CHECK(results[stream].position == last);
    }
}

TEST_CASE("postgres: a bulk append goes on where a stream ends") {
    Count count;
    Batch const first{1, 3};
    count.store.append(first.commit);
    Batch next{1, 2'000};
    next.commit[0].expected = ExpectedVersion::exactly(Version{3});
    auto const results = count.store.append(next.commit);
    CHECK(results[0].version == Version{2'003});
    CHECK(count.events() == 2'003);
}

TEST_CASE("postgres: a bulk append that one stream refuses writes nothing") {
    Count count;
    Batch const one{1, 1};
    count.store.append(one.commit);
    Batch const batch{20, 50}; // of which one stream is there
    try {
        count.store.append(batch.commit);
        FAIL("appended to a stream that was to be new");
    } catch (annals::ConcurrencyError const& error) {
        CHECK(error.stream() == batch.commit[0].stream);
        CHECK(error.actual() == Version{1});
    }
    CHECK(count.events() == 1);
}

TEST_CASE("postgres: a bulk append sent again is known") {
    Count count;
    Batch batch{20, 50};
    auto const first = count.store.append(batch.commit);
    for (auto expected : {ExpectedVersion::no_stream(), ExpectedVersion::any()}) {
        for (auto& part : batch.commit) {
            part.expected = expected;
        }
        auto const again = count.store.append(batch.commit);
        for (std::size_t i = 0; i < again.size(); ++i) {
            CHECK(again[i].already_appended);
            CHECK(again[i].version == first[i].version);
            CHECK(again[i].position == first[i].position);
        }
    }
    CHECK(count.events() == 1'000);
    batch.events[19][49].payload.data = "{}";
    CHECK_THROWS_AS(count.store.append(batch.commit), annals::IdempotencyMismatch);
    CHECK(count.events() == 1'000);
}

TEST_CASE("postgres: a bulk append works behind a pooler") {
    std::string const schema = unique_schema();
    annals::PostgresEventStore store{pooled_conninfo(), {.schema = schema, .transaction_pooler = true}};
    Batch const batch{20, 50};
    CHECK(!store.append(batch.commit).front().already_appended);
    CHECK(store.append(batch.commit).front().already_appended);
}

TEST_CASE("postgres: a failure in the middle of a bulk append leaves nothing, and the store usable") {
    std::string const schema = unique_schema();
    annals::PostgresEventStore store{shared_conninfo(), {.schema = schema, .pool_size = 1}};
    Session session{shared_conninfo()};
    session.run(
        "CREATE FUNCTION " + schema +
        ".refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.version = 900 THEN RAISE EXCEPTION 'no' USING "
        "ERRCODE = '53100'; END IF; RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE INSERT ON " +
        schema + ".events FOR EACH ROW EXECUTE FUNCTION " + schema + ".refuse()"
    );
    Batch const batch{1, 1'000};
    CHECK_THROWS_AS(store.append(batch.commit), annals::StoreError);
    CHECK(store.stream_version(batch.commit[0].stream) == Version{});
    session.run("DROP TRIGGER refuse ON " + schema + ".events");
    CHECK(!store.append(batch.commit).front().already_appended);
}
