// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_TOTALS_HPP
#define ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_TOTALS_HPP

#include <annals/projection_runner.hpp>
#include <tests/integration/projections/support/bank.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bank {

/// The totals of all accounts, a table for each generation; and a letter for each event that is new to the world.
///
/// It counts what it is given, so an event that is handled twice, or left out, shows.
template <int Version>
struct TotalsOf {
    static constexpr std::string_view name = "totals";
    static constexpr int version = Version;
    using events = Account;

    std::string tables;                                              ///< what stands before their names
    std::function<void(annals::EventFacts const&)> before = nullptr; ///< called before an event is counted

    template <class Tx>
    void prepare(std::int64_t generation, Tx& tx) {
        table = tables + "totals_" + std::to_string(generation);
        tx.run(
            "CREATE TABLE IF NOT EXISTS " + table +
            " (id TEXT PRIMARY KEY, total BIGINT NOT NULL, events BIGINT NOT NULL, version BIGINT NOT NULL)"
        );
        tx.run("CREATE TABLE IF NOT EXISTS " + tables + "letters (event_id TEXT NOT NULL, version BIGINT NOT NULL)");
        tx.run("CREATE TABLE IF NOT EXISTS " + tables + "served (generation BIGINT NOT NULL)");
    }
    template <class Tx>
    void serve(std::int64_t generation, Tx& tx) {
        tx.run("INSERT INTO " + tables + "served VALUES ($1)", generation);
    }

    template <class Tx>
    void handle(Opened const&, annals::EventFacts const& at, Tx& tx) {
        count(0, at, tx);
    }
    template <class Tx>
    void handle(Deposited const& event, annals::EventFacts const& at, Tx& tx) {
        count(event.amount, at, tx);
    }
    template <class Tx>
    void handle(Closed const&, annals::EventFacts const& at, Tx& tx) {
        count(0, at, tx);
    }

    std::string table{};

private:
    template <class Tx>
    void count(std::int64_t amount, annals::EventFacts const& at, Tx& tx) {
        if (before) {
            before(at);
        }
        tx.queue(
            "INSERT INTO " + table +
                " AS line VALUES ($1, $2, 1, $3) ON CONFLICT (id) DO UPDATE SET total = line.total + excluded.total, "
                "events = line.events + 1, version = excluded.version",
            at.aggregate_id(),
            amount,
            at.version.value()
        );
        if (at.is_live) {
            tx.run("INSERT INTO " + tables + "letters VALUES ($1, $2)", annals::to_text(at.event_id), Version);
        }
    }
};
using Totals = TotalsOf<1>;
using Totals2 = TotalsOf<2>;

} // namespace bank

#endif // ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_TOTALS_HPP
