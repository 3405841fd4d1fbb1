// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>

#include <vector>

namespace {

using namespace reliability;
using annals::ExpectedVersion;
using annals::PostgresEventStore;

} // namespace

TEST_CASE("postgres: a transaction that keeps one snapshot does not pass by events", "[postgres][one_snapshot]") {
    TestSchema const schema;
    PostgresEventStore store = schema.store();
    Events const earlier = new_events(1);
    std::vector<annals::EventId> seen;
    auto const read = [&] {
        store.transact([&](annals::postgres::Transaction& reader) {
            reader.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            store.transact([&](annals::postgres::Transaction& writer) {
                writer.append(ledger(0), ExpectedVersion::any(), earlier);
                store.append(ledger(1), ExpectedVersion::any(), new_events(1));
                static_cast<void>(reader.query("SELECT 1")); // takes the snapshot
            });
            for (auto const& event : reader.read_all()) {
                seen.push_back(event.event_id);
            }
        });
    };
    try {
        read();
    } catch (annals::UsageError const&) {
        return; // refused, as an append in such a transaction is
    }
    REQUIRE(!seen.empty());
    CHECK(seen.front() == earlier[0].event_id);
}
