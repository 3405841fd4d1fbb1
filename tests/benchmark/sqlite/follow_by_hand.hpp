// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_BY_HAND_HPP

#include <tests/benchmark/decode_by_hand.hpp>
#include <tests/benchmark/item_totals.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/sqlite/client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <variant>

namespace annals_benchmark {

/// `ItemTotals` as one would write it for this one table: a page of events, their upserts and the new place in one
/// transaction. It trusts that it is alone.
class FollowByHand {
public:
    explicit FollowByHand(std::string const& path)
        : client_{path}, tables_{client_},
          page_{
              client_,
              "SELECT position, data FROM events WHERE position > ?1 AND "
              "event_type = 'OrderItemAdded' ORDER BY position LIMIT 500"
          },
          place_{client_, "SELECT position FROM place_by_hand"}, upsert_{client_, item_upsert("items_by_hand")},
          move_{client_, "UPDATE place_by_hand SET position = ?1"}, begin_{client_, "BEGIN IMMEDIATE"},
          commit_{client_, "COMMIT"}, data_version_{client_, "PRAGMA data_version"} {}

    /// Begins behind that position.
    void begin_at(std::int64_t position) {
        move_.bind(1, position);
        move_.run();
    }

    /// Handles the next page. @returns how many events it had
    /// @param seen  called with each event's position when it has been handled
    template <class Seen>
    std::size_t step(Seen&& seen) {
        begin_.run();
        static_cast<void>(place_.step());
        std::int64_t position = place_.integer(0);
        place_.reset();
        page_.bind(1, position);
        std::size_t count = 0;
        for (; page_.step(); ++count) {
            auto const item =
                std::get<OrderItemAdded>(DecoderByHand{}.decode({"OrderItemAdded", 1, std::string{page_.text(1)}}));
            upsert_.bind(1, item.product_id);
            upsert_.bind(2, item.quantity);
            upsert_.run();
            position = page_.integer(0);
            seen(position);
        }
        page_.reset();
        begin_at(position);
        commit_.run();
        return count;
    }

    /// Waits for a commit of another connection.
    void wait(std::chrono::milliseconds time) {
        auto const until = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < until) {
            static_cast<void>(data_version_.step());
            std::int64_t const now = data_version_.integer(0);
            data_version_.reset();
            if (now != seen_version_) {
                seen_version_ = now;
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

private:
    /// Made before the statements that name them.
    struct Tables {
        explicit Tables(SqliteClient& client) {
            client.run("DROP TABLE IF EXISTS items_by_hand; DROP TABLE IF EXISTS place_by_hand");
            client.run(item_table("items_by_hand"));
            client.run("CREATE TABLE place_by_hand (position INTEGER NOT NULL)");
            client.run("INSERT INTO place_by_hand VALUES (0)");
        }
    };

    SqliteClient client_;
    Tables tables_;
    SqliteClient::Statement page_;
    SqliteClient::Statement place_;
    SqliteClient::Statement upsert_;
    SqliteClient::Statement move_;
    SqliteClient::Statement begin_;
    SqliteClient::Statement commit_;
    SqliteClient::Statement data_version_;
    std::int64_t seen_version_ = -1;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_BY_HAND_HPP
