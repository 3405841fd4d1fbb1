// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_APPEND_CALLS_HPP
#define ANNALS_POSTGRES_DETAIL_APPEND_CALLS_HPP

#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace annals::postgres::detail {

using Commit = std::span<StreamAppend<EncodedPayload> const>;

/// The statements of an append, with their values: lock and announce, insert, and wake who listens.
class AppendCalls {
public:
    AppendCalls(Database const& database, Commit commit) : database_{database}, commit_{commit} {}

    [[nodiscard]] Call lock_and_announce() const {
        if (commit_.size() == 1) {
            std::int64_t const key = database_.locks().stripe(LockKeys::stripe_of(commit_[0].stream));
            return {database_.sql().lock_one_and_announce, Parameters::of(key, database_.locks().announcement())};
        }
        // Each stripe once and in order, so that two commits cannot wait for each other.
        std::array<bool, LockKeys::stripes> is_used{};
        for (auto const& part : commit_) {
            is_used[LockKeys::stripe_of(part.stream)] = true;
        }
        ArrayValue array{ElementType::int8};
        for (std::size_t stripe = 0; stripe < is_used.size(); ++stripe) {
            if (is_used[stripe]) {
                array.add(database_.locks().stripe(stripe));
            }
        }
        Parameters parameters;
        parameters.add(array);
        parameters.add(database_.locks().announcement());
        return {database_.sql().lock_and_announce, std::move(parameters)};
    }

    /// Whether all goes to one stream, so that `insert` answers with its last version and position, or with nulls if
    /// it is not as expected.
    [[nodiscard]] bool is_to_one() const noexcept { return commit_.size() == 1 && !commit_[0].events.empty(); }

    /// Answers with a row a stream: its version before, and its last new position. @see is_to_one
    [[nodiscard]] Call insert() const {
        Parameters parameters;
        if (is_to_one()) {
            parameters = Parameters::of(
                std::string_view{commit_[0].stream.aggregate_type()},
                std::string_view{commit_[0].stream.aggregate_id()},
                code_of(commit_[0].expected)
            );
        } else {
            add_streams(parameters);
        }
        add_events(parameters);
        return {is_to_one() ? database_.sql().append_one : database_.sql().append, std::move(parameters)};
    }

    /// Answers with a row a stream: its version.
    [[nodiscard]] Call versions() const {
        ArrayValue types{ElementType::text};
        ArrayValue ids{ElementType::text};
        for (auto const& part : commit_) {
            types.add(std::string_view{part.stream.aggregate_type()});
            ids.add(std::string_view{part.stream.aggregate_id()});
        }
        Parameters parameters;
        parameters.add(types);
        parameters.add(ids);
        return {database_.sql().stream_versions, std::move(parameters)};
    }

    /// Adds what wakes listeners, if that is wanted.
    void add_notification(std::vector<Call>& calls) const {
        if (database_.options().notify) {
            calls.push_back({database_.sql().notify, {}});
        }
    }

private:
    /// The streams, and for each event the stream it belongs to and its place there.
    void add_streams(Parameters& parameters) const {
        ArrayValue types{ElementType::text};
        ArrayValue ids{ElementType::text};
        ArrayValue expected{ElementType::int8};
        ArrayValue streams{ElementType::int8};
        ArrayValue places{ElementType::int8};
        std::int64_t stream = 0;
        for (auto const& part : commit_) {
            types.add(std::string_view{part.stream.aggregate_type()});
            ids.add(std::string_view{part.stream.aggregate_id()});
            expected.add(code_of(part.expected));
            ++stream;
            for (std::size_t place = 1; place <= part.events.size(); ++place) {
                streams.add(stream);
                places.add(static_cast<std::int64_t>(place));
            }
        }
        for (ArrayValue* const array : {&types, &ids, &expected, &streams, &places}) {
            parameters.add(*array);
        }
    }

    void add_events(Parameters& parameters) const {
        ArrayValue event_ids{ElementType::uuid};
        ArrayValue event_types{ElementType::text};
        ArrayValue schema_versions{ElementType::int4};
        bool const is_json = database_.options().payload_column == PayloadColumn::json;
        ArrayValue data{is_json ? ElementType::json : ElementType::text};
        ArrayValue metadata{ElementType::json};
        ArrayValue timestamps{ElementType::timestamptz};
        ArrayValue checksums{ElementType::int8};
        for (auto const& part : commit_) {
            for (auto const& event : part.events) {
                EncodedPayload const& payload = event.payload;
                std::string const metadata_text = annals::detail::metadata_to_json(event.metadata);
                event_ids.add(event.event_id);
                event_types.add(std::string_view{payload.type});
                schema_versions.add(payload.schema_version);
                data.add(std::string_view{payload.data});
                metadata.add(std::string_view{metadata_text});
                timestamps.add(event.timestamp);
                checksums.add(checksum_of(part.stream, event, metadata_text));
            }
        }
        for (ArrayValue* const array :
             {&event_ids, &event_types, &schema_versions, &data, &metadata, &timestamps, &checksums}) {
            parameters.add(*array);
        }
    }

    /// As the statements read it.
    [[nodiscard]] static std::int64_t code_of(ExpectedVersion expected) {
        if (expected == ExpectedVersion::any()) {
            return -1;
        }
        return expected == ExpectedVersion::stream_exists() ? -2 : expected.version().value();
    }

    Database const& database_;
    Commit commit_;
};

[[nodiscard]] inline std::vector<EventId> ids_of(Commit commit) {
    std::vector<EventId> ids;
    for (auto const& part : commit) {
        for (auto const& event : part.events) {
            ids.push_back(event.event_id);
        }
    }
    return ids;
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_APPEND_CALLS_HPP
