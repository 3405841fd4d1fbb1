// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_BY_HAND_HPP

#include <annals/postgres/schema.hpp>
#include <tests/benchmark/decode_by_hand.hpp>
#include <tests/benchmark/item_totals.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <string>
#include <variant>

namespace annals_benchmark {

/// `ItemTotals` as one would write it for this one table: a page of events, their upserts and the new place in one
/// transaction. It trusts that it is alone and that events become visible in the order of their positions.
class FollowByHand {
public:
    static constexpr int page = 500;

    FollowByHand(std::string const& conninfo, std::string const& schema, bool in_pipeline)
        : client_{conninfo}, in_pipeline_{in_pipeline} {
        using annals::postgres::detail::in_schema;
        client_.run(item_table(schema + ".items_by_hand"));
        client_.run(in_schema(schema, "CREATE TABLE IF NOT EXISTS @.place_by_hand (position BIGINT NOT NULL)"));
        client_.run(in_schema(schema, "TRUNCATE @.items_by_hand, @.place_by_hand"));
        client_.run(in_schema(schema, "INSERT INTO @.place_by_hand VALUES (0)"));
        client_.prepare(
            "page",
            in_schema(
                schema,
                "SELECT position, data FROM @.events WHERE position > $1::int8 AND event_type = 'OrderItemAdded' ORDER "
                "BY position LIMIT 500"
            )
        );
        client_.prepare("place", in_schema(schema, "SELECT position FROM @.place_by_hand FOR UPDATE"));
        client_.prepare("upsert", item_upsert(schema + ".items_by_hand"));
        client_.prepare("move", in_schema(schema, "UPDATE @.place_by_hand SET position = $1"));
        client_.prepare("begin", "BEGIN");
        client_.prepare("commit", "COMMIT");
        client_.run("LISTEN annals_" + schema);
    }

    /// Begins behind that position.
    void begin_at(std::int64_t position) { static_cast<void>(client_.run_prepared("move", {number(position).text()})); }

    /// Handles the next page. @returns how many events it had
    /// @param seen  called with each event's position when it has been handled
    template <class Seen>
    std::size_t step(Seen&& seen) {
        static_cast<void>(client_.run_prepared("begin", {}));
        std::int64_t position = int64_at(client_.run_prepared("place", {}).get(), 0, 0);
        ResultPtr const rows = client_.run_prepared("page", {number(position).text()});
        int const count = PQntuples(rows.get());
        if (in_pipeline_) {
            PQenterPipelineMode(client_.handle());
        }
        for (int row = 0; row < count; ++row) {
            auto const item = std::get<OrderItemAdded>(
                DecoderByHand{}.decode({"OrderItemAdded", 1, std::string{text_at(rows.get(), row, 1)}})
            );
            std::string const quantity = number(item.quantity).text();
            if (in_pipeline_) {
                client_.send_prepared("upsert", {item.product_id, quantity});
            } else {
                static_cast<void>(client_.run_prepared("upsert", {item.product_id, quantity}));
            }
            position = int64_at(rows.get(), row, 0);
            seen(position);
        }
        if (in_pipeline_) {
            end_pipeline();
        }
        static_cast<void>(client_.run_prepared("move", {number(position).text()}));
        static_cast<void>(client_.run_prepared("commit", {}));
        return static_cast<std::size_t>(count);
    }

    /// Waits for a notification.
    void wait(std::chrono::milliseconds time) {
        if (PGnotify* const heard = PQnotifies(client_.handle())) {
            PQfreemem(heard);
            return;
        }
        pollfd socket{PQsocket(client_.handle()), POLLIN, 0};
        if (::poll(&socket, 1, static_cast<int>(time.count())) > 0) {
            PQconsumeInput(client_.handle());
        }
    }

private:
    [[nodiscard]] static Binary number(std::int64_t value) {
        Binary binary;
        binary.int64(static_cast<std::uint64_t>(value));
        return binary;
    }

    void end_pipeline() {
        PQpipelineSync(client_.handle());
        for (bool is_over = false; !is_over;) {
            while (ResultPtr result = client_.receive()) {
                is_over = PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC;
                static_cast<void>(client_.checked(std::move(result), "upsert"));
                if (is_over) {
                    break;
                }
            }
        }
        PQexitPipelineMode(client_.handle());
    }

    Client client_;
    bool in_pipeline_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_BY_HAND_HPP
