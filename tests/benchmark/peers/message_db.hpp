// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_PEERS_MESSAGE_DB_HPP
#define ANNALS_TESTS_BENCHMARK_PEERS_MESSAGE_DB_HPP

#include <tests/benchmark/metadata_by_hand.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/client.hpp>
#include <tests/benchmark/reading.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace annals_benchmark {

/// message-db, a set of PostgreSQL functions, called through libpq. Its lock is that of a stream's category; orders are
/// of eight categories, so that clients need not wait for each other.
class MessageDb {
public:
    explicit MessageDb(std::string const& conninfo) : client_{conninfo} {
        client_.run("SET search_path = message_store, public");
        client_.prepare(
            "write",
            "SELECT write_message($1::varchar, $2::varchar, $3::varchar, $4::text::jsonb, $5::text::jsonb, $6::int8)"
        );
        client_.prepare(
            "read",
            "SELECT id, type, data, metadata, position, global_position, time FROM get_stream_messages($1::varchar, "
            "$2::int8, 1000)"
        );
    }

    /// Its streams hold what the library's tables hold.
    static void copy_events(Client& client, std::string const& schema) {
        client.run(
            "INSERT INTO message_store.messages (id, stream_name, position, type, data, metadata) "
            "SELECT event_id, 'Order' || ('x' || left(aggregate_id, 1))::bit(4)::int % 8 || '-' || aggregate_id, "
            "version - 1, event_type, data::jsonb, metadata::jsonb FROM " +
            schema + ".events ORDER BY position"
        );
    }

    /// The category of an order that has been copied.
    [[nodiscard]] static int category_of(std::string const& id) { return std::stoi(id.substr(0, 1), nullptr, 16) % 8; }

    /// One message a call, all calls in one trip: up to its end a pipeline is one transaction.
    void append(int category, std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        std::string const stream = stream_of(category, id);
        PQenterPipelineMode(client_.handle());
        Binary expected;
        for (NewOrderEvent const& event : events) {
            expected.clear();
            expected.int64(version++ - 1); // the first message is at 0
            client_.send_prepared(
                "write",
                {annals::to_text(event.event_id),
                 stream,
                 event.payload.type,
                 event.payload.data,
                 metadata_text(event.metadata),
                 expected.text()}
            );
        }
        PQpipelineSync(client_.handle());
        for (std::size_t i = 0; i < events.size(); ++i) {
            static_cast<void>(client_.checked(client_.receive(), "write"));
            static_cast<void>(client_.receive()); // the null that ends a result
        }
        static_cast<void>(client_.checked(client_.receive(), "sync"));
        PQexitPipelineMode(client_.handle());
    }

    /// Decodes the events of an order and folds them.
    [[nodiscard]] Fold load(std::string const& id) {
        std::string const stream = stream_of(category_of(id), id);
        annals::StreamName const name{"Order", id};
        Fold fold;
        for (std::uint64_t next = 0;;) {
            Binary from;
            from.int64(next);
            ResultPtr const rows = client_.run_prepared("read", {stream, from.text()});
            int const count = PQntuples(rows.get());
            for (int row = 0; row < count; ++row) {
                fold(codec_.decode(event_of(rows.get(), row, name)));
            }
            if (count < 1'000) {
                return fold;
            }
            next += 1'000;
        }
    }

private:
    [[nodiscard]] static std::string stream_of(int category, std::string const& id) {
        return "Order" + std::to_string(category) + '-' + id;
    }

    /// Its text is that of jsonb, with blanks.
    [[nodiscard]] static annals::Metadata metadata_of(std::string_view json) {
        auto const field = [json](std::string_view key) {
            std::size_t const begin = json.find(key) + key.size();
            return json.substr(begin, json.find('"', begin) - begin);
        };
        annals::Metadata metadata;
        metadata.correlation_id = field(R"("correlation_id": ")");
        metadata.user = field(R"("user": ")");
        return metadata;
    }

    [[nodiscard]] static StoredEvent event_of(PGresult const* rows, int row, annals::StreamName const& name) {
        constexpr annals::Timestamp epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
        return {
            annals::parse_event_id(text_at(rows, row, 0)),
            name,
            annals::Version{int64_at(rows, row, 4) + 1},
            annals::Position{int64_at(rows, row, 5)},
            epoch + std::chrono::microseconds{int64_at(rows, row, 6)},
            metadata_of(text_at(rows, row, 3)),
            {std::string{text_at(rows, row, 1)}, 1, std::string{text_at(rows, row, 2)}},
        };
    }

    Client client_;
    annals::JsonCodec<OrderEvent> codec_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_PEERS_MESSAGE_DB_HPP
