// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/sealer.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// A store that seals payloads: what its callers send and are handed is plain, what is in the tables is sealed.

namespace {

using namespace annals;
using namespace integration::postgres;

using Events = std::vector<NewEvent<EncodedPayload>>;

std::string const marker = "ann-of-the-marsh";

Events marked_events(int count) {
    Events events;
    for (int i = 1; i <= count; ++i) {
        events.push_back(event_with(R"({"mail":")" + marker + R"(","number":)" + std::to_string(i) + '}'));
    }
    return events;
}

/// A store with a `Sealer`, and what can be seen in its tables.
struct SealedStore {
    explicit SealedStore(Options options = {}) : schema{sealing(std::move(options))} {}

    [[nodiscard]] Options sealing(Options options) const {
        options.payloads = sealer;
        return options;
    }
    /// Without the sealer.
    [[nodiscard]] PostgresEventStore open_plainly() const {
        Options options = schema.options;
        options.payloads = nullptr;
        return PostgresEventStore{schema.conninfo, options};
    }
    [[nodiscard]] std::string rows_with_marker() const {
        return schema.run(
            "SELECT (SELECT count(*) FROM @.events WHERE data::text LIKE '%" + marker +
            "%') + (SELECT count(*) FROM @.snapshots WHERE state LIKE '%" + marker + "%')"
        );
    }

    std::shared_ptr<Sealer> sealer = std::make_shared<Sealer>();
    TestSchema schema;
    PostgresEventStore store = schema.open();
};

template <class Reader>
std::vector<std::string> data_of(Reader const& reader, std::string const& id) {
    std::vector<std::string> data;
    for (auto const& event : reader.get_events(stream_of(id))) {
        data.push_back(event.payload.data);
    }
    return data;
}

std::vector<std::string> data_of(Events const& events) {
    std::vector<std::string> data;
    for (auto const& event : events) {
        data.push_back(event.payload.data);
    }
    return data;
}

} // namespace

TEST_CASE("postgres: payloads are sealed in the tables and opened for readers, however they came", "[postgres]") {
    auto const column = GENERATE(postgres::PayloadColumn::text, postgres::PayloadColumn::json);
    SealedStore sealed{{.payload_column = column}};
    auto& store = sealed.store;
    auto const one = marked_events(2);
    auto const first = marked_events(1);
    auto const second = marked_events(1);
    auto const many = marked_events(600); // by COPY
    auto const within = marked_events(2);
    store.append(stream_of("one"), ExpectedVersion::any(), one);
    StreamAppend<EncodedPayload> const commit[] = {
        {stream_of("first"), ExpectedVersion::no_stream(), first},
        {stream_of("second"), ExpectedVersion::no_stream(), second},
    };
    store.append(commit);
    store.append(stream_of("many"), ExpectedVersion::any(), many);
    store.transact([&](postgres::Transaction& transaction) {
        transaction.append(stream_of("within"), ExpectedVersion::any(), within);
        CHECK(data_of(transaction, "within") == data_of(within));
        CHECK(transaction.find_event(within[1].event_id)->payload == within[1].payload);
    });
    CHECK(sealed.rows_with_marker() == "0");
    CHECK(sealed.sealer->sealed() == 606);
    CHECK(data_of(store, "one") == data_of(one));
    CHECK(data_of(store, "second") == data_of(second));
    CHECK(data_of(store, "many") == data_of(many));
    CHECK(store.find_event(first[0].event_id)->payload == first[0].payload);
    CHECK_FALSE(store.find_event(new_event_id()));
    std::size_t opened = 0;
    for (auto const& event : store.read_all()) {
        opened += event.payload.data.find(marker) == std::string::npos ? 0U : 1U;
    }
    CHECK(opened == 606);

    sealed.open_plainly().append(stream_of("plain"), ExpectedVersion::any(), marked_events(1));
    CHECK(sealed.rows_with_marker() == "1");
    CHECK(data_of(store, "plain").size() == 1); // as it stood before there was a sealer
}

TEST_CASE("postgres: threads that append together seal each event once", "[postgres][concurrency]") {
    SealedStore sealed{{.pool_size = 1}};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < 5; ++n) {
                sealed.store.append(stream_of(std::to_string(i)), ExpectedVersion::any(), marked_events(1));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(sealed.sealer->sealed() == 40);
    CHECK(sealed.rows_with_marker() == "0");
    CHECK(log_of(sealed.store).size() == 40);
    CHECK(data_of(sealed.store, "7")[4].find(marker) != std::string::npos);
}

TEST_CASE("postgres: a handle that leaves payloads as stored copies them sealed", "[postgres]") {
    SealedStore sealed;
    auto const events = marked_events(2);
    sealed.store.append(stream_of("a"), ExpectedVersion::any(), events);
    auto raw = sealed.store.as_stored();
    auto const stored = data_of(raw, "a");
    REQUIRE(stored.size() == 2);
    CHECK(stored[0].starts_with("\"sealed:"));
    CHECK(raw.find_event(events[0].event_id)->payload.data == stored[0]);
    raw.read([&](postgres::Transaction& transaction) { CHECK(data_of(transaction, "a") == stored); });

    // What is appended through it is taken as it is, and so is a repetition.
    Events copy = events;
    copy[0].payload.data = stored[0];
    copy[1].payload.data = stored[1];
    CHECK(raw.append(stream_of("a"), ExpectedVersion::any(), copy).already_appended);
    CHECK(sealed.sealer->sealed() == 2);
    raw.snapshot_store().save({stream_of("a"), Version{2}, events[1].event_id, {}, {"S", 1, "raw"}});
    CHECK(sealed.schema.run("SELECT state FROM @.snapshots") == "raw");
    CHECK(data_of(sealed.store, "a") == data_of(events));
}

TEST_CASE("postgres: an append that is sent again is known although it is sealed anew", "[postgres]") {
    SealedStore sealed;
    auto& store = sealed.store;
    int const count = GENERATE(1, 3, 600);
    bool const in_transaction = GENERATE(false, true);
    auto const append = [&](std::string const& id, Events const& events) {
        auto const appended_by = [&](auto& target) {
            return target.append(stream_of(id), ExpectedVersion::no_stream(), events).already_appended;
        };
        return in_transaction ? store.transact(appended_by) : appended_by(store);
    };
    auto const events = marked_events(count);
    CHECK_FALSE(append("a", events));
    CHECK(append("a", events));
    CHECK_THROWS_AS(append("b", events), IdempotencyMismatch);
    auto changed = events;
    changed.back().payload.data = "{}";
    CHECK_THROWS_AS(append("a", changed), IdempotencyMismatch);
    changed = events;
    changed.back().payload.schema_version = 2;
    CHECK_THROWS_AS(append("a", changed), IdempotencyMismatch);
    CHECK(data_of(store, "a") == data_of(events));
}

TEST_CASE("postgres: an event that cannot be opened is named, and those before it are handed out", "[postgres]") {
    SealedStore sealed;
    auto& store = sealed.store;
    auto const good = marked_events(1);
    store.append(stream_of("a"), ExpectedVersion::any(), good);
    Events foreign = marked_events(1); // sealed for the first one's place
    foreign[0].payload.data = sealed.store.as_stored().find_event(good[0].event_id)->payload.data;
    sealed.store.as_stored().append(stream_of("a"), ExpectedVersion::any(), foreign);

    auto range = store.get_events(stream_of("a"));
    auto at = range.begin();
    CHECK((*at).payload == good[0].payload);
    try {
        ++at;
        FAIL("an event that is sealed for another place was opened");
    } catch (DecodeError const& error) {
        CHECK(error.stream() == stream_of("a"));
        CHECK(error.version() == Version{2});
        CHECK(error.type() == "Happened");
    }
    CHECK_THROWS_AS(store.find_event(foreign[0].event_id), DecodeError);
    CHECK(log_of(store.as_stored()).size() == 2);
}

TEST_CASE("postgres: a key store that is out of order holds readers up and nothing else", "[postgres]") {
    SealedStore sealed;
    auto const events = marked_events(3);
    sealed.store.append(stream_of("a"), ExpectedVersion::any(), events);
    postgres::detail::Source const source{sealed.store.database(), sealed.sealer.get()};
    postgres::detail::StreamCursor cursor{source, {stream_of("a"), {}}};
    CHECK(cursor.next()->payload == events[0].payload);
    sealed.sealer->is_out_of_order = true;
    for (int tries = 0; tries < 2; ++tries) {
        CHECK_THROWS_AS(cursor.next(), StoreError);
    }
    // It holds no connection, and whoever does not open goes on.
    CHECK(sealed.store.as_stored().find_event(events[2].event_id));
    sealed.sealer->is_out_of_order = false;
    CHECK(cursor.next()->payload == events[1].payload);
    CHECK(cursor.next()->payload == events[2].payload);
    CHECK(cursor.next() == nullptr);
}

TEST_CASE("postgres: snapshots are sealed for their place", "[postgres]") {
    SealedStore sealed;
    auto snapshots = sealed.store.snapshot_store();
    Snapshot<EncodedPayload> const taken{stream_of("a"), Version{3}, new_event_id(), {}, {"S", 1, '"' + marker + '"'}};
    snapshots.save(taken);
    CHECK(sealed.rows_with_marker() == "0");
    auto const loaded = snapshots.load(stream_of("a"));
    REQUIRE(loaded);
    CHECK(loaded->state == taken.state);
    CHECK(loaded->version == taken.version);

    auto raw = sealed.store.as_stored().snapshot_store();
    auto moved = *raw.load(stream_of("a"));
    CHECK(moved.state.data != taken.state.data);
    moved.version = Version{4};
    raw.save(moved);
    CHECK_FALSE(snapshots.load(stream_of("a")));
    CHECK(raw.load(stream_of("a")));

    raw.save(taken); // as it stood before there was a sealer
    CHECK(snapshots.load(stream_of("a"))->state == taken.state);
}

TEST_CASE("postgres: a store that seals nothing refuses personal data", "[postgres]") {
    TestSchema const schema;
    auto store = schema.open();
    std::string const personal = R"({"mail":{"annals:subject":"c7","value":"ann-of-the-marsh"}})";
    Events const events{event_with("{}"), event_with(personal)};
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), events), InvalidInput);
    store.transact([&](postgres::Transaction& transaction) {
        CHECK_THROWS_AS(transaction.append(stream_of("a"), ExpectedVersion::any(), events), InvalidInput);
    });
    CHECK_THROWS_AS(
        store.snapshot_store().save({stream_of("a"), Version{1}, new_event_id(), {}, {"S", 1, personal}}), InvalidInput
    );
    CHECK(log_of(store).empty());
    CHECK(schema.run("SELECT count(*) FROM @.snapshots") == "0");
}
