// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_MODEL_HPP
#define ANNALS_TESTS_CONTRACT_MODEL_HPP

#include <annals/memory/event_store.hpp>
#include <annals/stream_error.hpp>
#include <tests/contract/model_commands.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Random commands on a store and on the in-memory store beside it: whatever the two answer must be the same.

namespace annals_tests {

/// A store whose answers are told as texts that can be compared: positions as numbers 1, 2, 3, ...
template <class Store>
class Witness {
public:
    std::string append(Store& store, ModelCommit const& commit) {
        std::vector<annals::StreamAppend<annals::EncodedPayload>> parts;
        for (ModelPart const& part : commit) {
            parts.push_back({part.stream, part.expected, part.events});
        }
        return answer([&] {
            auto const results = store.append(std::span{std::as_const(parts)});
            std::string text = "appended";
            for (annals::AppendResult const& result : results) {
                text += " version " + to_text(result.version) + " at " + number(store, result.position) +
                        (result.already_appended ? " before" : "");
            }
            return text;
        });
    }

    std::string get_events(Store const& store, annals::StreamName const& stream, annals::Version after) {
        return answer([&] { return list(store, store.get_events(stream, after)); });
    }
    std::string read_all(Store const& store, std::size_t after, std::size_t limit) {
        return answer([&] {
            number(store, {});
            bool const is_start = after == 0 || positions_.empty();
            annals::Position const position =
                is_start ? annals::Position{} : positions_[(after - 1) % positions_.size()];
            return list(store, store.read_all(position, limit));
        });
    }
    std::string stream_version(Store const& store, annals::StreamName const& stream) {
        return answer([&] { return to_text(store.stream_version(stream)); });
    }
    std::string head(Store const& store) {
        return answer([&] { return number(store, store.head()); });
    }

private:
    /// The errors that a correct store throws too; which of the events a mismatch names is not promised.
    template <class Ask>
    static std::string answer(Ask&& ask) {
        try {
            return ask();
        } catch (annals::ConcurrencyError const& error) {
            return std::string{"ConcurrencyError: "} + error.what();
        } catch (annals::IdempotencyMismatch const&) {
            return "IdempotencyMismatch";
        } catch (annals::InvalidInput const&) {
            return "InvalidInput";
        } catch (annals::Error const& error) {
            return std::string{"unexpected: "} + error.what();
        }
    }

    std::string number(Store const& store, annals::Position position) {
        for (auto const& event : store.read_all(positions_.empty() ? annals::Position{} : positions_.back())) {
            if (positions_.empty() || positions_.back() < event.position) { // or else the store is broken
                positions_.push_back(event.position);
            }
        }
        auto const found = std::find(positions_.begin(), positions_.end(), position);
        return position == annals::Position{} ? "none" : std::to_string(found - positions_.begin() + 1);
    }

    template <class Range>
    std::string list(Store const& store, Range range) {
        std::string text;
        for (auto const& event : range) {
            text += "\n  " + number(store, event.position) + ": " + to_text(event.stream) + " " +
                    to_text(event.version) + " " + annals::to_text(event.event_id) + " " +
                    annals::to_text(event.timestamp) + " " + event.metadata.user + " " + event.payload.type + " " +
                    event.payload.data;
        }
        return text.empty() ? "nothing" : text;
    }

    std::vector<annals::Position> positions_;
};

/// Runs one sequence of commands on a fixture and on the model.
/// @returns where the two first differ, with all commands up to there; nothing if they agree
template <class Fixture>
[[nodiscard]] std::optional<std::string> find_difference(Fixture& fixture, std::uint64_t seed, std::size_t commands) {
    annals::InMemoryEventStore<annals::EncodedPayload> model;
    Witness<annals::InMemoryEventStore<annals::EncodedPayload>> expected;
    Witness<typename Fixture::store_type> actual;
    CommandSource source{seed};
    std::string story = "seed " + std::to_string(seed);

    for (std::size_t n = 0; n < commands; ++n) {
        auto& store = source.one_in(2) ? fixture.store() : fixture.second_handle();
        std::pair<std::string, std::string> answers;
        std::size_t const kind = source.below(16);
        if (kind < 9) {
            ModelCommit const commit = source.commit(model);
            story += "\nappend";
            for (ModelPart const& part : commit) {
                story += " [" + to_text(part.stream) + ", " + to_text(part.expected) + ", " +
                         std::to_string(part.events.size()) + " events]";
            }
            answers = {expected.append(model, commit), actual.append(store, commit)};
        } else if (kind < 11) {
            annals::StreamName const stream = source.stream();
            annals::Version const after{static_cast<std::int64_t>(source.one_in(2) ? 0 : source.below(10))};
            story += "\nget_events " + to_text(stream) + " after " + to_text(after);
            answers = {expected.get_events(model, stream, after), actual.get_events(store, stream, after)};
        } else if (kind < 13) {
            std::size_t const after = source.one_in(2) ? 0 : source.below(40);
            std::size_t const limit = source.one_in(2) ? annals::all_events : source.below(5);
            story += "\nread_all after event " + std::to_string(after);
            answers = {expected.read_all(model, after, limit), actual.read_all(store, after, limit)};
        } else if (kind == 13) {
            annals::StreamName const stream = source.stream();
            story += "\nstream_version " + to_text(stream);
            answers = {expected.stream_version(model, stream), actual.stream_version(store, stream)};
        } else if (kind == 14) {
            story += "\nhead";
            answers = {expected.head(model), actual.head(store)};
        } else if constexpr (Fixture::quirks.persists_across_reopen) {
            story += "\nreopen";
            fixture.reopen();
        }
        story += "\n  => " + answers.first;
        if (answers.first != answers.second) {
            return story + "\nbut the store answers\n  => " + answers.second;
        }
    }
    return std::nullopt;
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_MODEL_HPP
