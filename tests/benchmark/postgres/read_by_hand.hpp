// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_READ_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_READ_BY_HAND_HPP

#include <annals/postgres/schema.hpp>
#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/postgres/client.hpp>
#include <tests/benchmark/reading.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals_benchmark {

/// Reads the library's table by prepared SELECTs of pages, and makes of each row the struct that the library makes.
class ReadByHand {
public:
    static constexpr int page = 1'000;

    ReadByHand(std::string const& conninfo, std::string const& schema) : client_{conninfo} {
        std::string const columns = "SELECT position, event_id, aggregate_type, aggregate_id, version, event_type, "
                                    "schema_version, data, metadata, \"timestamp\" FROM @.events WHERE ";
        std::string const stream = columns + "aggregate_type = $1::text AND aggregate_id = $2::text "
                                             "AND version > $3::int8 ORDER BY version LIMIT 1000";
        std::string const log = columns + "position > $1::int8 ORDER BY position LIMIT 1000";
        client_.prepare("stream", annals::postgres::detail::in_schema(schema, stream));
        client_.prepare("log", annals::postgres::detail::in_schema(schema, log));
    }

    /// Calls `use` with each event of an order.
    template <class Use>
    void stream(std::string const& id, Use&& use) {
        for (std::int64_t after = 0;;) {
            Binary from;
            from.int64(static_cast<std::uint64_t>(after));
            ResultPtr const rows = client_.run_prepared("stream", {"Order", id, from.text()});
            int const count = PQntuples(rows.get());
            use_all(rows.get(), count, use);
            if (count < page) {
                return;
            }
            after = int64_at(rows.get(), count - 1, 4);
        }
    }

    /// Calls `use` with each of the first `limit` events of all orders.
    template <class Use>
    void log(std::size_t limit, Use&& use) {
        for (std::int64_t after = 0; limit > 0;) {
            ask(after);
            ResultPtr const rows = answer();
            int const count = (std::min)(PQntuples(rows.get()), static_cast<int>((std::min)(limit, std::size_t{page})));
            use_all(rows.get(), count, use);
            if (count < page) {
                return;
            }
            limit -= static_cast<std::size_t>(count);
            after = int64_at(rows.get(), count - 1, 0);
        }
    }

    /// The same, and while it makes one page's events the server reads the next page.
    template <class Use>
    void log_ahead(std::size_t limit, Use&& use) {
        ask(0);
        while (true) {
            ResultPtr const rows = answer();
            int const count = (std::min)(PQntuples(rows.get()), static_cast<int>((std::min)(limit, std::size_t{page})));
            limit -= static_cast<std::size_t>(count);
            bool const is_last = count < page || limit == 0;
            if (!is_last) {
                ask(int64_at(rows.get(), count - 1, 0));
            }
            use_all(rows.get(), count, use);
            if (is_last) {
                return;
            }
        }
    }

private:
    void ask(std::int64_t after) {
        Binary from;
        from.int64(static_cast<std::uint64_t>(after));
        client_.send_prepared("log", {from.text()});
        PQflush(client_.handle());
    }

    [[nodiscard]] ResultPtr answer() {
        ResultPtr rows = client_.checked(client_.receive(), "log");
        static_cast<void>(client_.receive());
        return rows;
    }

    template <class Use>
    void use_all(PGresult const* rows, int count, Use& use) {
        for (int row = 0; row < count; ++row) {
            use(event_of(rows, row));
        }
    }

    [[nodiscard]] StoredEvent event_of(PGresult const* rows, int row) {
        constexpr annals::Timestamp epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
        if (!name_ || name_->aggregate_id() != text_at(rows, row, 3)) {
            name_.emplace(std::string{text_at(rows, row, 2)}, std::string{text_at(rows, row, 3)});
        }
        annals::EventId id{};
        std::copy_n(text_at(rows, row, 1).begin(), 16, id.begin());
        return {
            id,
            *name_,
            annals::Version{int64_at(rows, row, 4)},
            annals::Position{int64_at(rows, row, 0)},
            epoch + std::chrono::microseconds{int64_at(rows, row, 9)},
            metadata_of(text_at(rows, row, 8)),
            {std::string{text_at(rows, row, 5)}, int32_at(rows, row, 6), std::string{text_at(rows, row, 7)}},
        };
    }

    Client client_;
    std::optional<annals::StreamName> name_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_READ_BY_HAND_HPP
