// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_SQLITE_FIXTURE_HPP
#define ANNALS_TESTS_CONTRACT_SQLITE_FIXTURE_HPP

#include <annals/sqlite.hpp>
#include <annals/testing/contract_rule.hpp>
#include <tests/contract/encoded_payloads.hpp>
#include <tests/contract/temporary_folder.hpp>
#include <tests/integration/sqlite/support/veil.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>

namespace annals_tests {

/// What a handle of the store of events has of `Store`.
template <class Store>
[[nodiscard]] Store store_of(annals::SqliteEventStore const& events) {
    if constexpr (std::same_as<Store, annals::SqliteEventStore>) {
        return events;
    } else if constexpr (std::same_as<Store, annals::SqliteSnapshotStore>) {
        return events.snapshot_store();
    } else {
        return Store{events};
    }
}

/// Two stores, each with connections of its own, on one file.
template <class Store, annals::sqlite::Durability durability>
class SqliteFixture : public EncodedPayloads {
public:
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    SqliteFixture() { reopen(); }

    store_type& store() { return *first_; }
    store_type& second_handle() { return *second_; }
    void reopen() {
        first_.reset();
        second_.reset();
        first_.emplace(store_of<Store>(annals::SqliteEventStore{folder_.file("events.db"), {.durability = durability}})
        );
        second_.emplace(store_of<Store>(annals::SqliteEventStore{folder_.file("events.db"), {.durability = durability}})
        );
    }

private:
    TemporaryFolder folder_;
    std::optional<Store> first_;
    std::optional<Store> second_;
};

template <class Store>
using SqliteFileFixture = SqliteFixture<Store, annals::sqlite::Durability::power_loss_safe>;

/// A copy is the only other handle to a database in memory.
template <class Store>
class SqliteMemoryFixture : public EncodedPayloads {
public:
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return first_; }
    store_type& second_handle() { return second_; }

private:
    Store first_ = store_of<Store>(annals::SqliteEventStore{":memory:"});
    Store second_ = first_;
};

/// The same with data that is sealed, each time in other words.
template <class Store>
class SqliteSealedFixture : public EncodedPayloads {
public:
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return first_; }
    store_type& second_handle() { return second_; }

private:
    Store first_ =
        store_of<Store>(annals::SqliteEventStore{":memory:", {.payloads = std::make_shared<integration::Veil>("key")}});
    Store second_ = first_;
};

/// One transaction, in which all happens that is to happen.
class SqliteTransactionFixture : public EncodedPayloads {
public:
    using store_type = annals::sqlite::Transaction;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return transaction_; }
    store_type& second_handle() { return transaction_; }

private:
    using Connection = annals::sqlite::detail::Connection;

    TemporaryFolder folder_;
    std::string path_ = folder_.file("events.db");
    annals::SqliteEventStore tables_{path_};
    Connection connection_{path_, {}, Connection::Role::writer};
    store_type transaction_{connection_};
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_SQLITE_FIXTURE_HPP
