// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_BY_HAND_HPP

#include <annals/postgres/schema.hpp>
#include <tests/benchmark/importing.hpp>
#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace annals_benchmark {

/// Writes new orders into the library's table by one COPY in binary form.
class ImportByHand {
public:
    ImportByHand(std::string const& conninfo, std::string const& schema) : client_{conninfo} {
        using annals::postgres::detail::in_schema;
        client_.prepare(
            "positions", in_schema(schema, "SELECT nextval('@.events_position') FROM generate_series(1, $1::int8)")
        );
        copy_ = in_schema(
            schema,
            "COPY @.events (position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, "
            "data, metadata, \"timestamp\", checksum) FROM STDIN (FORMAT binary)"
        );
    }

    void import(std::vector<NewOrder> const& orders) {
        std::size_t count = 0;
        for (NewOrder const& order : orders) {
            count += order.events.size();
        }
        Binary wanted;
        wanted.int64(static_cast<std::uint64_t>(count));
        ResultPtr const positions = client_.run_prepared("positions", {wanted.text()});
        write(orders, positions.get());
        static_cast<void>(client_.run(copy_));
        if (PQputCopyData(client_.handle(), rows_.text().data(), static_cast<int>(rows_.text().size())) != 1 ||
            PQputCopyEnd(client_.handle(), nullptr) != 1) {
            client_.fail("COPY");
        }
        static_cast<void>(client_.checked(client_.receive(), "COPY"));
        static_cast<void>(client_.receive());
    }

private:
    void write(std::vector<NewOrder> const& orders, PGresult const* positions) {
        constexpr std::uint16_t columns = 11;
        constexpr std::uint16_t end = 0xFFFFU;
        rows_.clear();
        rows_.bytes(std::string_view{"PGCOPY\n\377\r\n\0", 11});
        rows_.int32(0);
        rows_.int32(0);
        int row = 0;
        for (NewOrder const& order : orders) {
            std::uint64_t version = 0;
            for (NewOrderEvent const& event : order.events) {
                rows_.int16(columns);
                number(static_cast<std::uint64_t>(int64_at(positions, row++, 0)));
                rows_.sized_bytes(event.event_id);
                rows_.sized_bytes(std::string_view{"Order"});
                rows_.sized_bytes(order.id);
                number(++version);
                rows_.sized_bytes(event.payload.type);
                rows_.int32(4);
                rows_.int32(static_cast<std::uint32_t>(event.payload.schema_version));
                rows_.sized_bytes(event.payload.data);
                rows_.sized_bytes(metadata_text(event.metadata));
                rows_.int32(8);
                rows_.int64(event.timestamp);
                number(0);
            }
        }
        rows_.int16(end);
    }

    void number(std::uint64_t value) {
        rows_.int32(8);
        rows_.int64(value);
    }

    Client client_;
    std::string copy_;
    Binary rows_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_BY_HAND_HPP
