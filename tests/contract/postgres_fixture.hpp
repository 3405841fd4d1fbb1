// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP
#define ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP

#include <annals/postgres.hpp>
#include <annals/testing/contract_rule.hpp>
#include <tests/contract/encoded_payloads.hpp>
#include <tests/postgres/server.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

namespace annals_tests {

/// What a handle of the store of events has of `Store`.
template <class Store>
[[nodiscard]] Store store_of(annals::PostgresEventStore const& events) {
    if constexpr (std::same_as<Store, annals::PostgresEventStore>) {
        return events;
    } else if constexpr (std::same_as<Store, annals::PostgresSnapshotStore>) {
        return events.snapshot_store();
    } else {
        return Store{events};
    }
}

enum class PostgresWay : std::uint8_t { direct, json_column, pooled };

/// Two stores, each with a pool of its own, on one schema of the shared server.
template <class Store, PostgresWay way = PostgresWay::direct>
class PostgresFixture : public EncodedPayloads {
public:
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    PostgresFixture() { reopen(); }
    PostgresFixture(PostgresFixture const&) = delete;
    PostgresFixture& operator=(PostgresFixture const&) = delete;
    ~PostgresFixture() {
        first_.reset();
        second_.reset();
        Session{conninfo_}.run("DROP SCHEMA " + options_.schema + " CASCADE");
    }

    store_type& store() { return *first_; }
    store_type& second_handle() { return *second_; }
    void reopen() {
        first_.reset();
        second_.reset();
        first_.emplace(store_of<Store>(annals::PostgresEventStore{conninfo_, options_}));
        second_.emplace(store_of<Store>(annals::PostgresEventStore{conninfo_, options_}));
    }

private:
    static constexpr auto payload_column =
        way == PostgresWay::json_column ? annals::postgres::PayloadColumn::json : annals::postgres::PayloadColumn::text;

    std::string conninfo_ = way == PostgresWay::pooled ? pooled_conninfo() : shared_conninfo();
    annals::postgres::Options options_{
        .schema = unique_schema(), .payload_column = payload_column, .transaction_pooler = way == PostgresWay::pooled
    };
    std::optional<Store> first_;
    std::optional<Store> second_;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP
