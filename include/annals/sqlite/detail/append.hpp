// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_APPEND_HPP
#define ANNALS_SQLITE_DETAIL_APPEND_HPP

#include <annals/append.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/detail/stored_event.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

using Commit = std::span<StreamAppend<EncodedPayload> const>;

/// Inserts events after `version` at the positions after `position`, moving both.
inline void
insert(Connection& connection, StreamAppend<EncodedPayload> const& part, Version& version, std::int64_t& position) {
    for (NewEvent<EncodedPayload> const& event : part.events) {
        if (position == (std::numeric_limits<std::int64_t>::max)()) {
            throw CorruptData{"the last position there is has been given"};
        }
        version = version.next();
        std::string const metadata = annals::detail::metadata_to_json(event.metadata);
        EventRow const row{
            ++position,
            bytes_of(event.event_id),
            part.stream.aggregate_type(),
            part.stream.aggregate_id(),
            version.value(),
            event.payload.type,
            event.payload.schema_version,
            event.timestamp.time_since_epoch().count(),
            metadata,
            event.payload.data,
        };
        connection.run(
            "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            row.position,
            event.event_id,
            row.aggregate_type,
            row.aggregate_id,
            row.version,
            row.event_type,
            row.schema_version,
            row.timestamp,
            row.metadata,
            row.data,
            annals::detail::checksum_of(row)
        );
        if (sqlite3_changes(connection.handle()) != 1) {
            throw CorruptData{"a trigger in the file has swallowed an event"};
        }
    }
}

[[nodiscard]] inline std::optional<std::vector<AppendResult>>
find_earlier(Connection& connection, Commit commit, PayloadTransform const* payloads) {
    return annals::detail::find_earlier_append(
        commit,
        [&connection, payloads](auto const& sent) -> std::optional<annals::detail::StoredUnderId> {
            std::optional<Event> const stored = find_row(connection, sent.event_id);
            if (!stored) {
                return std::nullopt;
            }
            bool const is_same = annals::detail::is_repeated(payloads, *stored, sent);
            return annals::detail::StoredUnderId{stored->stream, stored->version, stored->position, is_same};
        },
        [&connection](StreamName const& stream) { return stream_version(connection, stream); }
    );
}

/// Writes the commit within the open transaction, of which nothing may stay if this throws.
///
/// It looks up no ids: an append that was made before fails here, and only then is looked for.
/// @throws ConcurrencyError, StreamTombstoned  before anything is written
[[nodiscard]] inline std::vector<AppendResult> write(Connection& connection, Commit commit) {
    std::vector<AppendResult> results;
    for (auto const& part : commit) {
        Version const current = last_version(connection, part.stream);
        if (current == annals::detail::ended_version) {
            throw StreamTombstoned{part.stream};
        }
        if (!part.expected.admits(current)) {
            throw ConcurrencyError{part.stream, part.expected, current};
        }
        results.push_back({current, Position{}});
    }
    std::int64_t position = head(connection);
    for (std::size_t i = 0; i < commit.size(); ++i) {
        insert(connection, commit[i], results[i].version, position);
        results[i].position = commit[i].events.empty() ? Position{} : Position{position};
    }
    return results;
}

/// Whether a commit may have failed because it was made before.
[[nodiscard]] inline bool is_refusal(Error const& error) {
    // The unique indexes answer SQLITE_CONSTRAINT_UNIQUE; a trigger of somebody's may refuse the event before they do.
    auto const* const failure = dynamic_cast<StoreError const*>(&error);
    return failure == nullptr ? dynamic_cast<ConcurrencyError const*>(&error) != nullptr ||
                                    dynamic_cast<StreamTombstoned const*>(&error) != nullptr
                              : failure->native_code() == std::to_string(SQLITE_CONSTRAINT_UNIQUE) ||
                                    failure->native_code() == std::to_string(SQLITE_CONSTRAINT_TRIGGER);
}

/// Calls `write_all`, which leaves nothing behind when it throws. What is refused may be so because this very commit
/// was made before; then that is the answer.
/// @param payloads  what has sealed the commit; null for nothing
template <class WriteAll>
[[nodiscard]] std::vector<AppendResult>
write_once(Connection& connection, Commit commit, PayloadTransform const* payloads, WriteAll&& write_all) {
    try {
        return write_all();
    } catch (Error const& error) {
        auto earlier = is_refusal(error) ? find_earlier(connection, commit, payloads) : std::nullopt;
        if (earlier) {
            return std::move(*earlier);
        }
        throw;
    }
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_APPEND_HPP
