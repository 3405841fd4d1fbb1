// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_VERDICT_HPP
#define ANNALS_POSTGRES_DETAIL_VERDICT_HPP

#include <annals/detail/stored_event.hpp>
#include <annals/postgres/detail/append_calls.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// What the server's answer means for an append.
class Verdict {
public:
    Verdict(Database const& database, Commit commit, Deadline const& until)
        : database_{database}, commit_{commit}, until_{until} {}

    /// @param answer  for each stream its version before, and its last new position if that is known
    /// @returns nothing if a stream is not as expected
    [[nodiscard]] std::vector<AppendResult> if_as_expected(Result const& answer) const {
        std::vector<AppendResult> results;
        for (std::size_t i = 0; i < commit_.size(); ++i) {
            int const row = static_cast<int>(i);
            Version const current{answer.int8(row, 0)};
            if (current == annals::detail::ended_version || !commit_[i].expected.admits(current)) {
                return {};
            }
            results.push_back({
                current.advanced_by(static_cast<std::int64_t>(commit_[i].events.size())),
                answer.is_null(row, 1) ? Position{} : Position{answer.int8(row, 1)},
            });
        }
        return results;
    }

    /// @param answer  as above
    [[nodiscard]] std::vector<AppendResult> of(Connection& connection, Result const& answer) const {
        auto results = if_as_expected(answer);
        if (results.size() < commit_.size()) {
            // Perhaps because this very commit was made before.
            if (auto earlier = find_earlier(connection)) {
                return std::move(*earlier);
            }
            throw_conflict(answer);
        }
        return results;
    }

    /// @param answer  the last version and position of the one stream; nulls if it is not as expected
    [[nodiscard]] std::vector<AppendResult> of_one(Connection& connection, Result const& answer) const {
        if (!answer.is_null(0, 0)) {
            return {{Version{answer.int8(0, 0)}, Position{answer.int8(0, 1)}}};
        }
        if (auto earlier = find_earlier(connection)) {
            return std::move(*earlier);
        }
        throw_conflict(versions(connection));
        ExpectedVersion const expected = commit_[0].expected;
        if (expected == ExpectedVersion::any() || expected == ExpectedVersion::no_stream()) {
            throw swallowed();
        }
        // It has come to that since. The next try finds it so.
        throw PostgresError{"40001", "the stream has changed", {}};
    }

    /// @param error  of a statement that did nothing
    [[nodiscard]] std::vector<AppendResult> of(Connection& connection, PostgresError const& error) const {
        if (error.constraint() == "events_event_id_key") {
            if (auto earlier = find_earlier(connection)) {
                return std::move(*earlier);
            }
        } else if (error.constraint() == "events_stream_key") {
            // A writer that takes no lock was faster. The next try finds its version.
            throw PostgresError{"40001", error.server_message(), error.constraint()};
        } else if (error.constraint() == "events_position_key") {
            throw CorruptData{"the sequence of positions lies behind the stored events, as after a partial restore"};
        }
        if (error.native_code() == "22003") { // there is no version behind the mark of an ended stream
            if (auto earlier = find_earlier(connection)) {
                return std::move(*earlier);
            }
            throw_conflict(versions(connection));
        }
        if (error.native_code() == "22012") {
            throw swallowed();
        }
        if (error.native_code() == "22P02" && database_.options().payload_column == PayloadColumn::json) {
            throw InvalidInput{"annals: a payload is no JSON, which is what the store's column takes"};
        }
        throw error;
    }

private:
    /// A row a stream.
    [[nodiscard]] Result versions(Connection& connection) const {
        Call const call = AppendCalls{database_, commit_}.versions();
        return std::move(connection.run(std::span{&call, 1}, until_).front());
    }

    /// For the first stream that is not as expected, if there is one.
    /// @param answer  for each stream its version
    void throw_conflict(Result const& answer) const {
        for (std::size_t i = 0; i < commit_.size(); ++i) {
            auto const& [stream, expected, events] = commit_[i];
            Version const current{answer.int8(static_cast<int>(i), 0)};
            if (current == annals::detail::ended_version) {
                throw StreamTombstoned{stream};
            }
            if (!expected.admits(current)) {
                throw ConcurrencyError{stream, expected, current};
            }
        }
    }

    [[nodiscard]] static CorruptData swallowed() {
        return CorruptData{"a trigger or a rule of the events' table swallowed an event"};
    }

    /// @see annals::detail::find_earlier_append
    [[nodiscard]] std::optional<std::vector<AppendResult>> find_earlier(Connection& connection) const {
        std::map<EventId, Event> const stored = stored_under_ids(connection);
        PayloadTransform const* const payloads = database_.options().payloads.get();
        auto const look_up = [&](NewEvent<EncodedPayload> const& sent) -> std::optional<annals::detail::StoredUnderId> {
            auto const found = stored.find(sent.event_id);
            if (found == stored.end()) {
                return std::nullopt;
            }
            Event const& event = found->second;
            bool const is_same = annals::detail::is_repeated(payloads, event, sent);
            return annals::detail::StoredUnderId{event.stream, event.version, event.position, is_same};
        };
        auto const version_of = [&](StreamName const& stream) {
            return Version{connection.run(database_.sql().stream_version, key_of(stream), until_).int8(0, 0)};
        };
        return annals::detail::find_earlier_append(commit_, look_up, version_of);
    }

    /// The stored events that have an id of this commit.
    [[nodiscard]] std::map<EventId, Event> stored_under_ids(Connection& connection) const {
        ArrayValue ids{ElementType::uuid};
        for (auto const& part : commit_) {
            for (auto const& event : part.events) {
                ids.add(event.event_id);
            }
        }
        Parameters parameters;
        parameters.add(ids);
        Result const found = connection.run(database_.sql().find, std::move(parameters), until_);
        std::map<EventId, Event> stored;
        std::optional<StreamName> name;
        for (int row = 0; row < found.rows(); ++row) {
            Event event = event_of(found, row, name);
            stored.emplace(event.event_id, std::move(event));
        }
        return stored;
    }

    Database const& database_;
    Commit commit_;
    Deadline until_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_VERDICT_HPP
