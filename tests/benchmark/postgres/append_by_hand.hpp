// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_BY_HAND_HPP

#include <annals/postgres/schema.hpp>
#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace annals_benchmark {

/// What a hand-written append does besides the INSERT.
enum class Care : std::uint8_t {
    none,   ///< only the UNIQUE constraint stands against a second writer, and nothing against a hole
    check,  ///< the version is checked in the statement
    protect ///< the version is checked under a lock, and readers can tell what is settled, as with the library
};

/// Appends to the library's table by one prepared INSERT of binary arrays.
class AppendByHand {
public:
    AppendByHand(std::string const& conninfo, std::string const& schema, Care care) : client_{conninfo}, care_{care} {
        std::string sql =
            "INSERT INTO @.events (position, event_id, aggregate_type, aggregate_id, version, event_type, "
            "schema_version, data, metadata, \"timestamp\", checksum) "
            "SELECT nextval('@.events_position'), id, $1::text, $2::text, $3::int8 + place, event_type, "
            "schema_version, data, metadata, raised, 0 "
            "FROM unnest($4::uuid[], $5::text[], $6::int4[], $7::text[], $8::json[], $9::timestamptz[]) "
            "WITH ORDINALITY AS e (id, event_type, schema_version, data, metadata, raised, place)";
        if (care != Care::none) {
            sql += " WHERE (SELECT coalesce(max(version), 0) FROM @.events "
                   "WHERE aggregate_type = $1::text AND aggregate_id = $2::text) = $3::int8";
        }
        client_.prepare("append", annals::postgres::detail::in_schema(schema, sql));
        if (care == Care::protect) {
            client_.prepare(
                "lock",
                annals::postgres::detail::in_schema(
                    schema,
                    "WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock($1::int8)) "
                    "SELECT pg_advisory_xact_lock_shared("
                    "$2::int8 | CASE WHEN is_called THEN last_value ELSE 0 END) "
                    "FROM @.events_position WHERE (SELECT count(*) FROM locked) > 0"
                )
            );
        }
    }

    /// @throws std::runtime_error  if the order is not at `version`
    void append(std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        write(version, events);
        auto const parameters = {
            std::string_view{"Order"},
            std::string_view{id},
            view(expected_),
            view(ids_),
            view(types_),
            view(schema_versions_),
            view(data_),
            view(metadata_),
            view(timestamps_),
        };
        ResultPtr const result =
            care_ == Care::protect ? run_protected(id, parameters) : client_.run_prepared("append", parameters);
        if (std::to_string(events.size()) != PQcmdTuples(result.get())) {
            throw std::runtime_error{"a hand-written append met a conflict"};
        }
    }

private:
    [[nodiscard]] static std::string_view view(Binary const& value) { return value.text(); }

    /// Both statements in one round trip and one transaction, the second with a snapshot of its own.
    [[nodiscard]] ResultPtr run_protected(std::string const& id, std::vector<std::string_view> const& parameters) {
        constexpr std::uint64_t stream_locks = 1'024;
        constexpr std::uint64_t mine = std::uint64_t{0xB7} << 56U;
        Binary stream;
        Binary announcement;
        stream.int64(mine | std::hash<std::string>{}(id) % stream_locks);
        announcement.int64(mine | std::uint64_t{1} << 41U);
        PQenterPipelineMode(client_.handle());
        client_.send_prepared("lock", {stream.text(), announcement.text()});
        client_.send_prepared("append", parameters);
        PQpipelineSync(client_.handle());
        static_cast<void>(next("lock"));
        ResultPtr result = next("append");
        static_cast<void>(client_.checked(client_.receive(), "sync"));
        PQexitPipelineMode(client_.handle());
        return result;
    }

    /// The result of a statement, and the null that ends it.
    [[nodiscard]] ResultPtr next(std::string const& doing) {
        ResultPtr result = client_.checked(client_.receive(), doing);
        static_cast<void>(client_.receive());
        return result;
    }

    void write(std::uint64_t version, std::span<NewOrderEvent const> events) {
        constexpr std::array<std::uint32_t, 6> element_types{2950, 25, 23, 25, 114, 1184};
        std::array<Binary*, 6> const arrays{&ids_, &types_, &schema_versions_, &data_, &metadata_, &timestamps_};
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            arrays[i]->clear();
            arrays[i]->array(element_types[i], events.size());
        }
        for (NewOrderEvent const& event : events) {
            ids_.sized_bytes(event.event_id);
            types_.sized_bytes(event.payload.type);
            schema_versions_.int32(4);
            schema_versions_.int32(static_cast<std::uint32_t>(event.payload.schema_version));
            data_.sized_bytes(event.payload.data);
            metadata_.sized_bytes(metadata_text(event.metadata));
            timestamps_.int32(8);
            timestamps_.int64(event.timestamp);
        }
        expected_.clear();
        expected_.int64(version);
    }

    Client client_;
    Care care_;
    Binary expected_;
    Binary ids_;
    Binary types_;
    Binary schema_versions_;
    Binary data_;
    Binary metadata_;
    Binary timestamps_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_BY_HAND_HPP
