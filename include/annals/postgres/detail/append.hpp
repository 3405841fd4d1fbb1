// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_APPEND_HPP
#define ANNALS_POSTGRES_DETAIL_APPEND_HPP

#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

using Commit = std::span<StreamAppend<EncodedPayload> const>;

/// One append, from the first try to the verdict.
class Append {
public:
    Append(Database& database, Commit commit)
        : database_{database}, commit_{commit}, until_{database.deadline()} {}

    [[nodiscard]] std::vector<AppendResult> run() {
        auto const calls = make_calls();
        try {
            return database_.repeatable(until_, [&](Connection& connection) { return run_on(connection, calls); });
        } catch (StoreError const& error) {
            throw_unknown_if_sent(error);
            throw;
        } catch (DeadlineExceeded const& error) {
            throw_unknown_if_sent(error);
            throw;
        }
    }

private:
    [[nodiscard]] std::vector<AppendResult> run_on(Connection& connection, std::vector<Call> const& calls) {
        std::vector<Result> answers;
        try {
            answers = connection.run(calls, until_);
        } catch (ConnectionLost const&) {
            may_be_written_ = true;
            throw;
        } catch (PostgresError const& error) {
            auto earlier = error.constraint() == "events_event_id_key" ? find_earlier(connection) : std::nullopt;
            if (earlier) {
                return std::move(*earlier);
            }
            throw;
        }
        if (connection.saw_warning()) {
            // The wait for a standby was cancelled: committed here, but perhaps not where it was to be safe.
            throw unknown("the server warned while it committed");
        }
        return verdict(connection, answers.back());
    }

    [[nodiscard]] std::vector<AppendResult> verdict(Connection& connection, Result const& answer) {
        std::vector<AppendResult> results;
        for (std::size_t i = 0; i < commit_.size(); ++i) {
            int const row = static_cast<int>(i);
            Version const current{answer.int8(row, 0)};
            if (!commit_[i].expected.admits(current)) {
                // Perhaps because this very commit was made before.
                if (auto earlier = find_earlier(connection)) {
                    return std::move(*earlier);
                }
                throw ConcurrencyError{commit_[i].stream, commit_[i].expected, current};
            }
            bool const wrote = !answer.is_null(row, 1);
            results.push_back({
                current.advanced_by(static_cast<std::int64_t>(commit_[i].events.size())),
                wrote ? Position{answer.int8(row, 1)} : Position{},
            });
        }
        return results;
    }

    [[nodiscard]] std::optional<std::vector<AppendResult>> find_earlier(Connection& connection) {
        ArrayValue ids{ElementType::uuid};
        for (auto const& part : commit_) {
            for (auto const& event : part.events) {
                ids.add(event.event_id);
            }
        }
        Parameters parameters;
        parameters.add(ids);
        Result const found = connection.run(database_.sql().find, std::move(parameters), until_);
        std::vector<Event> stored;
        std::optional<StreamName> name;
        for (int row = 0; row < found.rows(); ++row) {
            stored.push_back(event_of(found, row, name));
        }
        auto const by_id = [](Event const& a, Event const& b) { return a.event_id < b.event_id; };
        std::sort(stored.begin(), stored.end(), by_id);
        return annals::detail::find_earlier_append(
            commit_,
            [&stored](NewEvent<EncodedPayload> const& sent) -> std::optional<annals::detail::StoredUnderId> {
                auto const at = std::lower_bound(
                    stored.begin(), stored.end(), sent.event_id,
                    [](Event const& a, EventId const& id) { return a.event_id < id; }
                );
                if (at == stored.end() || at->event_id != sent.event_id) {
                    return std::nullopt;
                }
                return compare(*at, sent);
            },
            [&](StreamName const& stream) {
                auto const key = Parameters::of(
                    std::string_view{stream.aggregate_type()}, std::string_view{stream.aggregate_id()}
                );
                return Version{connection.run(database_.sql().stream_version, key, until_).int8(0, 0)};
            }
        );
    }

    [[nodiscard]] std::vector<Call> make_calls() const {
        std::vector<Call> calls;
        calls.push_back({database_.sql().lock_and_announce, locks()});
        if (commit_.size() == 1) {
            Parameters parameters = Parameters::of(
                std::string_view{commit_[0].stream.aggregate_type()},
                std::string_view{commit_[0].stream.aggregate_id()}, code_of(commit_[0].expected)
            );
            add_events(parameters);
            calls.push_back({database_.sql().append_one, std::move(parameters)});
        } else {
            Parameters parameters;
            add_streams(parameters);
            add_events(parameters);
            calls.push_back({database_.sql().append, std::move(parameters)});
        }
        return calls;
    }

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
        ArrayValue data{ElementType::text};
        ArrayValue metadata{ElementType::text};
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
                checksums.add(checksum_of(
                    part.stream, event.event_id, event.timestamp, metadata_text, payload.type, payload.schema_version,
                    payload.data
                ));
            }
        }
        for (ArrayValue* const array :
             {&event_ids, &event_types, &schema_versions, &data, &metadata, &timestamps, &checksums}) {
            parameters.add(*array);
        }
    }

    /// A stripe each stream falls in, each once and in order, so that two commits cannot wait for each other.
    [[nodiscard]] Parameters locks() const {
        std::vector<std::int64_t> keys;
        for (auto const& part : commit_) {
            keys.push_back(database_.stream_lock(part.stream));
        }
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        ArrayValue array{ElementType::int8};
        for (std::int64_t const key : keys) {
            array.add(key);
        }
        Parameters parameters;
        parameters.add(array);
        parameters.add(database_.announcement());
        return parameters;
    }

    [[nodiscard]] static std::int64_t code_of(ExpectedVersion expected) {
        if (expected == ExpectedVersion::any()) {
            return -1;
        }
        return expected == ExpectedVersion::stream_exists() ? -2 : expected.version().value();
    }

    void throw_unknown_if_sent(Error const& error) const {
        if (may_be_written_) {
            throw unknown(error.what());
        }
    }

    [[nodiscard]] AppendOutcomeUnknown unknown(std::string const& reason) const {
        std::vector<EventId> ids;
        for (auto const& part : commit_) {
            for (auto const& event : part.events) {
                ids.push_back(event.event_id);
            }
        }
        return AppendOutcomeUnknown{reason, std::move(ids)};
    }

    Database& database_;
    Commit commit_;
    Deadline until_;
    bool may_be_written_ = false;
};

[[nodiscard]] inline std::vector<AppendResult> append(Database& database, Commit commit) {
    return Append{database, commit}.run();
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_APPEND_HPP
