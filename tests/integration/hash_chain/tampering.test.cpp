// SPDX-License-Identifier: MIT

#include <annals/detail/event_checksum.hpp>
#include <annals/detail/id_bytes.hpp>
#include <annals/detail/metadata_text.hpp>
#include <annals/hash_chain.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/bank.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Somebody who may write the file, knows how it is made, and leaves every checksum right.

namespace {

using annals::HashChain;
using annals::SqliteEventStore;
using annals::Version;
using Stored = annals::SourcedEvent<annals::EncodedPayload>;

/// Puts an event into the place of the stored one at its position.
void replace(SqliteEventStore& store, annals::Position position, Stored const& event) {
    std::string const metadata = annals::detail::metadata_to_json(event.metadata);
    auto const id = annals::detail::bytes_of(event.event_id);
    std::int64_t const time = event.timestamp.time_since_epoch().count();
    auto const checksum = annals::detail::checksum_of(
        {event.position.first(),
         id,
         event.aggregate_type(),
         event.aggregate_id(),
         event.version.value(),
         event.payload.type,
         event.payload.schema_version,
         time,
         metadata,
         event.payload.data}
    );
    store.transact([&](annals::sqlite::Transaction& transaction) {
        transaction.execute("DROP TRIGGER IF EXISTS events_refuse_update");
        transaction.run(
            "UPDATE events SET position = $1, event_id = $2, aggregate_type = $3, aggregate_id = $4, version = $5, "
            "event_type = $6, schema_version = $7, timestamp = $8, metadata = $9, data = $10, checksum = $11 "
            "WHERE position = $12",
            event.position.first(),
            event.event_id,
            event.aggregate_type(),
            event.aggregate_id(),
            event.version.value(),
            event.payload.type,
            static_cast<std::int64_t>(event.payload.schema_version),
            time,
            metadata,
            event.payload.data,
            static_cast<std::int64_t>(checksum),
            position.first()
        );
    });
}

std::vector<Stored> all_of(SqliteEventStore const& store) {
    std::vector<Stored> all;
    for (auto const& event : store.read_all()) {
        all.push_back(event);
    }
    return all;
}

/// One small lie.
template <class Dice>
Stored lie(Stored event, Dice& dice) {
    switch (dice() % 7) {
    case 0:
        event.event_id = annals::new_event_id();
        break;
    case 1:
        event.timestamp += std::chrono::microseconds{1};
        break;
    case 2:
        event.metadata.user = "somebody else";
        break;
    case 3:
        event.metadata.extra["approved"] = "yes";
        break;
    case 4:
        event.payload.type = event.payload.type == "Closed" ? "Opened" : "Closed";
        break;
    case 5:
        ++event.payload.schema_version;
        break;
    default:
        event.payload.data += ' ';
        break;
    }
    return event;
}

std::optional<std::pair<std::string, Version>> first_break(HashChain<SqliteEventStore> const& chain) {
    try {
        chain.verify();
    } catch (annals::BrokenChain const& broken) {
        return std::pair{broken.stream().aggregate_id(), broken.version()};
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("each of 500 lies with a right checksum breaks the chain where it was told") {
    reliability::TempDirectory const folder;
    SqliteEventStore store{folder.file("events.db")};
    for (int i = 0; i < 4; ++i) {
        bank::deposit(store, 15, 3);
    }
    HashChain chain{store};
    chain.catch_up();
    std::vector<Stored> const all = all_of(store);
    std::mt19937 dice{5};
    for (int round = 0; round < 500; ++round) {
        Stored const& truth = all[dice() % all.size()];
        replace(store, truth.position, lie(truth, dice));
        CHECK_NOTHROW(store.verify()); // nobody else would know
        CHECK(first_break(chain) == std::pair{truth.aggregate_id(), truth.version});
        replace(store, truth.position, truth);
    }
    CHECK_FALSE(first_break(chain));
}

TEST_CASE("two events in each other's places break the chain at the first of them") {
    reliability::TempDirectory const folder;
    SqliteEventStore store{folder.file("events.db")};
    bank::deposit(store, 10, 1);
    HashChain chain{store};
    chain.catch_up();
    std::vector<Stored> const all = all_of(store);
    Stored earlier = all[3];
    Stored later = all[6];
    std::swap(earlier.payload, later.payload);
    replace(store, earlier.position, earlier);
    replace(store, later.position, later);
    CHECK_NOTHROW(store.verify());
    CHECK(first_break(chain) == std::pair{std::string{"a0"}, Version{4}});
}

TEST_CASE("a lie whose own link was made anew breaks the chain at the next event, and at its end only a kept head") {
    reliability::TempDirectory const folder;
    SqliteEventStore store{folder.file("events.db")};
    bank::deposit(store, 10, 1);
    HashChain chain{store};
    chain.catch_up();
    std::vector<Stored> const all = all_of(store);
    annals::ChainHead const head = chain.head_of(all[0].stream).value();
    auto const lie_with_link = [&](std::size_t at) {
        Stored lied = all[at];
        lied.payload.data = R"({"amount":1000000})";
        replace(store, lied.position, lied);
        store.transact([&](annals::sqlite::Transaction& transaction) {
            annals::detail::ChainLinks links{transaction};
            std::string const before = links.find(lied.stream, Version{lied.version.value() - 1});
            transaction.run(
                "UPDATE event_hashes SET hash = $1 WHERE version = $2",
                annals::detail::chain_link(before, lied),
                lied.version.value()
            );
        });
    };
    lie_with_link(9);
    CHECK_FALSE(first_break(chain));
    CHECK_THROWS_AS(chain.verify(head), annals::BrokenChain);
    lie_with_link(4);
    CHECK(first_break(chain) == std::pair{std::string{"a0"}, Version{6}});
}
