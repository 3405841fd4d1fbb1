// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_BY_HAND_HPP

#include <tests/benchmark/importing.hpp>
#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/sqlite/client.hpp>

#include <cstdint>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace annals_benchmark {

/// Writes into the library's table, a transaction a commit. No checksum is computed: the column holds 0.
class SqliteAppendByHand {
public:
    explicit SqliteAppendByHand(std::string const& path)
        : client_{path}, begin_{client_, "BEGIN IMMEDIATE"}, commit_{client_, "COMMIT"},
          version_{client_, "SELECT max(version) FROM events WHERE aggregate_type = 'Order' AND aggregate_id = ?1"},
          insert_{
              client_,
              "INSERT INTO events (event_id, aggregate_type, aggregate_id, version, event_type, schema_version, "
              "timestamp, metadata, data, checksum) VALUES (?1, 'Order', ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"
          } {}

    /// @throws std::runtime_error  if the order is not at `version`
    void append(std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        begin_.run();
        version_.bind(1, id);
        static_cast<void>(version_.step());
        bool const is_there = version_.integer(0) == static_cast<std::int64_t>(version);
        version_.reset();
        if (!is_there) {
            throw std::runtime_error{"a hand-written append met a conflict"};
        }
        insert(id, version, events);
        commit_.run();
    }

    /// New orders, all in one transaction. The unique index alone stands against one that is there.
    void import(std::vector<NewOrder> const& orders) {
        begin_.run();
        for (NewOrder const& order : orders) {
            insert(order.id, 0, order.events);
        }
        commit_.run();
    }

private:
    void insert(std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        for (NewOrderEvent const& event : events) {
            std::string const metadata = metadata_text(event.metadata);
            insert_.bind(1, event.event_id);
            insert_.bind(2, id);
            insert_.bind(3, static_cast<std::int64_t>(++version));
            insert_.bind(4, event.payload.type);
            insert_.bind(5, std::int64_t{event.payload.schema_version});
            insert_.bind(6, event.timestamp.time_since_epoch().count());
            insert_.bind(7, metadata);
            insert_.bind(8, event.payload.data);
            insert_.run();
        }
    }

    SqliteClient client_;
    SqliteClient::Statement begin_;
    SqliteClient::Statement commit_;
    SqliteClient::Statement version_;
    SqliteClient::Statement insert_;
};

/// The same for several threads, one after another.
class SharedSqliteAppendByHand {
public:
    explicit SharedSqliteAppendByHand(std::string const& path) : appender_{path} {}

    void append(std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        std::lock_guard const lock{mutex_};
        appender_.append(id, version, events);
    }

private:
    std::mutex mutex_;
    SqliteAppendByHand appender_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_BY_HAND_HPP
