// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_EVENT_ROWS_HPP
#define ANNALS_POSTGRES_DETAIL_EVENT_ROWS_HPP

#include <annals/append.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/detail/event_checksum.hpp>
#include <annals/detail/metadata_text.hpp>
#include <annals/postgres/detail/call.hpp>
#include <annals/postgres/detail/result.hpp>
#include <annals/stream_error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals::postgres::detail {

using Event = SourcedEvent<EncodedPayload>;

/// A stream as the first two parameters.
[[nodiscard]] inline Parameters key_of(StreamName const& stream) {
    return Parameters::of(std::string_view{stream.aggregate_type()}, std::string_view{stream.aggregate_id()});
}

/// The checksum of all that the client knows when it sends an event. The server completes it by version and position.
[[nodiscard]] inline std::int64_t checksum_of(
    StreamName const& stream,
    EventId const& event_id,
    Timestamp timestamp,
    std::string_view metadata,
    std::string_view type,
    std::int64_t schema_version,
    std::string_view data
) {
    return annals::detail::checksum_of({
        0,
        bytes_of(event_id),
        stream.aggregate_type(),
        stream.aggregate_id(),
        0,
        type,
        schema_version,
        timestamp.time_since_epoch().count(),
        metadata,
        data,
    });
}

[[nodiscard]] inline std::int64_t
checksum_of(StreamName const& stream, NewEvent<EncodedPayload> const& event, std::string_view metadata) {
    EncodedPayload const& payload = event.payload;
    return checksum_of(
        stream, event.event_id, event.timestamp, metadata, payload.type, payload.schema_version, payload.data
    );
}

/// What the server does to the checksum. @see Statements::append
[[nodiscard]] constexpr std::int64_t completed(std::int64_t checksum, std::int64_t version, std::int64_t position) {
    constexpr std::uint64_t low_31 = 0x7FFFFFFFU;
    constexpr std::uint64_t low_32 = 0xFFFFFFFFU;
    // The CRC has 32 bits, so that the upper half is free for what a product would lose.
    auto const mix = [](std::int64_t number, std::uint64_t odd) {
        auto const bits = static_cast<std::uint64_t>(number);
        return ((bits & low_31) * odd & low_32) ^ ((bits & ~low_31) << 1U);
    };
    return static_cast<std::int64_t>(
        static_cast<std::uint64_t>(checksum) ^ mix(version, 2654435761U) ^ mix(position, 2246822519U)
    );
}

/// The event in a row of `event_columns`.
/// @param known  a stream that it may belong to, so that the name need not be made anew
/// @throws CorruptData  if the row is not what was written
[[nodiscard]] inline Event event_of(Result const& result, int row, std::optional<StreamName>& known) {
    std::int64_t const position = result.int8(row, 0);
    auto const corrupt = [position](std::string const& what) {
        return CorruptData{"the event at position " + std::to_string(position) + ' ' + what};
    };
    try {
        if (!known || known->aggregate_id() != result.text(row, 3) || known->aggregate_type() != result.text(row, 2)) {
            known = StreamName{std::string{result.text(row, 2)}, std::string{result.text(row, 3)}};
        }
        Event event{
            id_from_bytes(result.text(row, 1)),
            *known,
            Version{result.int8(row, 4)},
            Position{position},
            timestamp_from(result.int8(row, 9)),
            {},
            EncodedPayload{std::string{result.text(row, 5)}, result.int4(row, 6), std::string{result.text(row, 7)}},
        };
        std::string_view const metadata = result.text(row, 8);
        EncodedPayload const& payload = event.payload;
        std::int64_t const checksum = checksum_of(
            event.stream, event.event_id, event.timestamp, metadata, payload.type, payload.schema_version, payload.data
        );
        if (completed(checksum, event.version.value(), position) != result.int8(row, 10)) {
            throw corrupt("does not match its checksum");
        }
        if (!annals::detail::MetadataReader::read(metadata, event.metadata)) {
            throw corrupt("was not written by this library");
        }
        return event;
    } catch (InvalidInput const&) {
        throw corrupt("has a name that no event can have");
    }
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_EVENT_ROWS_HPP
