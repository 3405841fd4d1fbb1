// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_READ_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_READ_BY_HAND_HPP

#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/reading.hpp>
#include <tests/benchmark/sqlite/client.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals_benchmark {

/// Reads the library's table by one prepared SELECT, and makes of each row the struct that the library makes.
class SqliteReadByHand {
public:
    explicit SqliteReadByHand(std::string const& path)
        : client_{path},
          stream_{client_, columns() + "aggregate_type = 'Order' AND aggregate_id = ?1 ORDER BY version"},
          log_{client_, columns() + "position > 0 ORDER BY position LIMIT ?1"} {}

    /// Calls `use` with each event of an order.
    template <class Use>
    void stream(std::string const& id, Use&& use) {
        stream_.bind(1, id);
        use_all(stream_, use);
    }

    /// Calls `use` with each of the first `limit` events of all orders.
    template <class Use>
    void log(std::size_t limit, Use&& use) {
        log_.bind(1, static_cast<std::int64_t>(limit));
        use_all(log_, use);
    }

private:
    [[nodiscard]] static std::string columns() {
        return "SELECT position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, data, "
               "metadata, timestamp FROM events WHERE ";
    }

    template <class Use>
    void use_all(SqliteClient::Statement& rows, Use& use) {
        while (rows.step()) {
            use(event_of(rows));
        }
        rows.reset();
    }

    [[nodiscard]] StoredEvent event_of(SqliteClient::Statement const& row) {
        if (!name_ || name_->aggregate_id() != row.text(3)) {
            name_.emplace(std::string{row.text(2)}, std::string{row.text(3)});
        }
        annals::EventId id{};
        std::copy_n(row.text(1).begin(), 16, id.begin());
        return {
            id,
            *name_,
            annals::Version{row.integer(4)},
            annals::Position{row.integer(0)},
            annals::Timestamp{std::chrono::microseconds{row.integer(9)}},
            metadata_of(row.text(8)),
            {std::string{row.text(5)}, static_cast<std::int32_t>(row.integer(6)), std::string{row.text(7)}},
        };
    }

    SqliteClient client_;
    SqliteClient::Statement stream_;
    SqliteClient::Statement log_;
    std::optional<annals::StreamName> name_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_READ_BY_HAND_HPP
