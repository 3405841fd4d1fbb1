// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP
#define ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP

#include <annals/postgres.hpp>
#include <annals/testing/contract_rule.hpp>
#include <tests/contract/encoded_payloads.hpp>
#include <tests/postgres/server.hpp>

#include <concepts>
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

/// Two stores, each with a pool of its own, on one schema of the shared server.
template <class Store>
class PostgresFixture : public EncodedPayloads {
public:
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    explicit PostgresFixture(annals::postgres::Options options = {}) : options_{std::move(options)} {
        options_.schema = unique_schema();
        reopen();
    }
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
    std::string conninfo_ = shared_conninfo();
    annals::postgres::Options options_;
    std::optional<Store> first_;
    std::optional<Store> second_;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_POSTGRES_FIXTURE_HPP
