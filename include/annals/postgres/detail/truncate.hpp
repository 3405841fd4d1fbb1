// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_TRUNCATE_HPP
#define ANNALS_POSTGRES_DETAIL_TRUNCATE_HPP

#include <annals/limits.hpp>
#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>
#include <annals/postgres/detail/open_transaction.hpp>
#include <annals/postgres/detail/source.hpp>
#include <annals/truncation.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// Takes the content of a stream's first events away, or all but the last one's and the stream's future.
///
/// First what is to be done is noted, then it is done, a piece a transaction. When it is called again it goes on where
/// it was cut short.
class Truncate {
public:
    /// @throws InvalidInput  if the reason breaks the limits of names
    Truncate(Database& database, StreamName const& stream, std::string_view reason)
        : database_{database}, stream_{stream}, reason_{reason} {
        require_name("reason", reason_);
    }

    /// @see TruncatableEventStore
    void before(Version first) {
        repeatable([&](Connection& connection, Deadline const& until) {
            Version const last = last_version(connection, until);
            if (last < first) {
                throw UsageError{
                    "annals: stream '" + to_text(stream_) + "' is at version " + to_text(last) +
                    ", so it cannot begin at version " + to_text(first)
                };
            }
            if (first > Version{1}) {
                note(connection, first, until);
            }
        });
        empty_before(first);
    }

    /// @see TruncatableEventStore
    void and_end() {
        Version last;
        repeatable([&](Connection& connection, Deadline const& until) {
            OpenTransaction const transaction{connection, until};
            connection.begin();
            // No append is under way, and readers wait for the mark's position as for any.
            auto const lock = Parameters::of(database_.locks().stream(stream_), database_.locks().announcement());
            connection.run(database_.sql().lock_one_and_announce, lock, until);
            last = last_version(connection, until);
            if (last == Version{}) {
                throw StreamNotFound{stream_};
            }
            if (!is_ended(connection, until)) {
                note(connection, last, until);
                mark(connection, until);
                connection.commit(until);
            }
        });
        empty_before(last);
    }

private:
    static constexpr std::int64_t rows_a_step = 1'000;

    template <class Work>
    void repeatable(Work&& work) const {
        Deadline const until = database_.deadline();
        database_.repeatable(until, [&](Connection& connection) {
            work(connection, until);
            return true;
        });
    }

    [[nodiscard]] std::string in_store(char const* sql) const { return in_schema(database_.options().schema, sql); }

    [[nodiscard]] Version last_version(Connection& connection, Deadline const& until) const {
        return Version{connection.run(database_.sql().stream_version, key_of(stream_), until).int8(0, 0)};
    }

    [[nodiscard]] bool is_ended(Connection& connection, Deadline const& until) const {
        Parameters parameters = key_of(stream_);
        parameters.add(annals::detail::ended_version.value() - 1);
        parameters.add(annals::detail::ended_version.value());
        parameters.add(std::int64_t{1});
        return connection.run(database_.sql().stream, std::move(parameters), until).rows() > 0;
    }

    void note(Connection& connection, Version first, Deadline const& until) const {
        Parameters parameters = key_of(stream_);
        parameters.add(first.value());
        parameters.add(std::string_view{reason_});
        connection.run(
            in_store("INSERT INTO @.truncations (aggregate_type, aggregate_id, first_version, reason, done_at) "
                     "SELECT $1::text, $2::text, $3::int8, $4::text, clock_timestamp() WHERE NOT EXISTS ("
                     "SELECT FROM @.truncations WHERE aggregate_type = $1::text AND aggregate_id = $2::text "
                     "AND first_version >= $3::int8) ON CONFLICT DO NOTHING"),
            std::move(parameters),
            until
        );
    }

    void mark(Connection& connection, Deadline const& until) const {
        EventId const id = new_event_id();
        auto const now = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
        Parameters parameters = key_of(stream_);
        parameters.add(id);
        parameters.add(now);
        parameters.add(checksum_of_rest(id, now));
        std::string const sql = in_store("INSERT INTO @.events (") + event_columns +
                                ") SELECT position, $3::uuid, $1::text, $2::text, new_version, 'annals:truncated', 1, "
                                "'{}', '{}', $4::timestamptz, " +
                                completed_checksum +
                                in_store(" FROM (SELECT nextval('@.events_position') AS position, "
                                         "9223372036854775807 AS new_version, $5::int8 AS checksum) AS placed");
        require_changed(connection.run(sql, std::move(parameters), until), 1);
    }

    void empty_before(Version first) const {
        for (Version done; done < first;) {
            repeatable([&](Connection& connection, Deadline const& until) {
                done = empty_some(connection, done, first, until);
            });
        }
    }

    /// @returns the version up to which it is done, `first` if that is all
    [[nodiscard]] Version
    empty_some(Connection& connection, Version after, Version first, Deadline const& until) const {
        Parameters some = key_of(stream_);
        some.add(after.value());
        some.add(first.value());
        some.add(rows_a_step);
        std::string const find =
            in_store("SELECT position, event_id, version, \"timestamp\" FROM @.events WHERE aggregate_type = $1::text "
                     "AND aggregate_id = $2::text AND version > $3::int8 AND version < $4::int8 "
                     "AND event_type <> 'annals:truncated' ORDER BY version LIMIT $5::int8");
        Result const found = connection.run(find, std::move(some), until);
        if (found.rows() == 0) {
            confirm(connection, until);
            return first;
        }
        ArrayValue positions{ElementType::int8};
        ArrayValue checksums{ElementType::int8};
        for (int row = 0; row < found.rows(); ++row) {
            std::int64_t const position = found.int8(row, 0);
            std::int64_t const rest =
                checksum_of_rest(id_from_bytes(found.text(row, 1)), timestamp_from(found.int8(row, 3)));
            positions.add(position);
            checksums.add(completed(rest, found.int8(row, 2), position));
        }
        Parameters parameters;
        parameters.add(positions);
        parameters.add(checksums);
        std::string const empty = in_store(
            "UPDATE @.events e SET event_type = 'annals:truncated', schema_version = 1, data = '{}', metadata = '{}', "
            "checksum = t.checksum FROM unnest($1::int8[], $2::int8[]) AS t (position, checksum) "
            "WHERE e.position = t.position"
        );
        require_changed(connection.run(empty, std::move(parameters), until), found.rows());
        return Version{found.int8(found.rows() - 1, 2)};
    }

    /// Waits for the standby, if there is one to wait for: all before may have been committed on this server alone.
    void confirm(Connection& connection, Deadline const& until) const {
        connection.run(database_.sql().touch, {}, until);
        if (connection.saw_warning()) {
            throw PostgresError{"40003", "the server warned while it committed", {}};
        }
    }

    /// Without version and position.
    [[nodiscard]] std::int64_t checksum_of_rest(EventId const& id, Timestamp timestamp) const {
        return checksum_of(stream_, id, timestamp, "{}", annals::detail::truncated_type, 1, "{}");
    }

    static void require_changed(Result const& answer, int rows) {
        if (std::string_view{PQcmdTuples(answer.get())} != std::to_string(rows)) {
            throw CorruptData{"a trigger or a rule of the events' table swallowed a truncation"};
        }
    }

    Database& database_;
    StreamName stream_;
    std::string reason_;
};

/// All truncations, oldest first.
[[nodiscard]] inline std::vector<Truncation> truncations(Source const& source, Deadline const& until) {
    std::string const sql = in_schema(
        source.database()->options().schema,
        "SELECT aggregate_type, aggregate_id, first_version, reason, done_at FROM @.truncations "
        "ORDER BY done_at, aggregate_type, aggregate_id, first_version"
    );
    Result const rows = run(source, {sql, {}}, until);
    std::vector<Truncation> found;
    for (int row = 0; row < rows.rows(); ++row) {
        found.push_back({
            StreamName{std::string{rows.text(row, 0)}, std::string{rows.text(row, 1)}},
            Version{rows.int8(row, 2)},
            std::string{rows.text(row, 3)},
            timestamp_from(rows.int8(row, 4)),
        });
    }
    return found;
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_TRUNCATE_HPP
