// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_ARCHIVE_LINE_HPP
#define ANNALS_JSON_ARCHIVE_LINE_HPP

#include <annals/detail/event_checksum.hpp>
#include <annals/detail/id_bytes.hpp>
#include <annals/detail/metadata_text.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/json/parse.hpp>
#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals::detail {

[[nodiscard]] inline std::uint32_t
archived_checksum(SourcedEvent<EncodedPayload> const& event, std::string_view metadata) {
    return checksum_of(
        {event.position.first(),
         bytes_of(event.event_id),
         event.aggregate_type(),
         event.aggregate_id(),
         event.version.value(),
         event.payload.type,
         event.payload.schema_version,
         event.timestamp.time_since_epoch().count(),
         metadata,
         event.payload.data}
    );
}

/// A stored event as a line of JSON, with its line break. Metadata and data are texts in it, so that their bytes stay.
[[nodiscard]] inline std::string archive_line(SourcedEvent<EncodedPayload> const& event) {
    std::string const metadata = metadata_to_json(event.metadata);
    std::string line = "{";
    auto const key = [&line](std::string_view name) {
        line += line.size() > 1 ? ",\"" : "\"";
        line += name;
        line += "\":";
    };
    auto const text = [&](std::string_view name, std::string_view value) {
        key(name);
        append_json_string(line, value);
    };
    auto const number = [&](std::string_view name, std::int64_t value) {
        key(name);
        line += std::to_string(value);
    };
    number("position", event.position.first());
    text("event_id", to_text(event.event_id));
    text("aggregate_type", event.aggregate_type());
    text("aggregate_id", event.aggregate_id());
    number("version", event.version.value());
    text("event_type", event.payload.type);
    number("schema_version", event.payload.schema_version);
    number("timestamp", event.timestamp.time_since_epoch().count());
    text("metadata", metadata);
    text("data", event.payload.data);
    number("checksum", archived_checksum(event, metadata));
    line += "}\n";
    return line;
}

/// The way back.
/// @throws CorruptData  if the line is not one that `archive_line` has made
[[nodiscard]] inline SourcedEvent<EncodedPayload> read_archive_line(std::string const& line) {
    try {
        nlohmann::json const all = parse_json(line).value;
        auto const text = [&all](char const* name) { return all.at(name).get<std::string>(); };
        auto const number = [&all](char const* name) { return all.at(name).get<std::int64_t>(); };
        std::string const metadata = text("metadata");
        SourcedEvent<EncodedPayload> event{
            parse_event_id(text("event_id")),
            {text("aggregate_type"), text("aggregate_id")},
            Version{number("version")},
            Position{number("position")},
            Timestamp{std::chrono::microseconds{number("timestamp")}},
            {},
            {text("event_type"), static_cast<std::int32_t>(number("schema_version")), text("data")}
        };
        bool const is_metadata = MetadataReader::read(metadata, event.metadata);
        if (is_metadata && number("checksum") == archived_checksum(event, metadata)) {
            return event;
        }
    } catch (UnfitJson const&) { // NOLINT(bugprone-empty-catch): all say the same
    } catch (nlohmann::json::exception const&) {
    } catch (InvalidInput const&) {
    }
    throw CorruptData{"a line of the archive is not what was written"};
}

} // namespace annals::detail

#endif // ANNALS_JSON_ARCHIVE_LINE_HPP
