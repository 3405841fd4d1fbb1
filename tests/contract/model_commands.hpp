// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_MODEL_COMMANDS_HPP
#define ANNALS_TESTS_CONTRACT_MODEL_COMMANDS_HPP

#include <annals/append.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/contract/encoded_payloads.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace annals_tests {

using ModelEvent = annals::NewEvent<annals::EncodedPayload>;

struct ModelPart {
    annals::StreamName stream;
    annals::ExpectedVersion expected;
    std::vector<ModelEvent> events;
};
using ModelCommit = std::vector<ModelPart>;

/// Makes up commands. What it makes up depends on the seed alone.
class CommandSource {
public:
    explicit CommandSource(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
    bool one_in(std::size_t count) { return below(count) == 0; }

    annals::StreamName stream() {
        std::array<annals::StreamName, 4> const streams{
            annals::StreamName{"Order", "1"},
            annals::StreamName{"Order", "o'brien "},
            annals::StreamName{"Order", "O'Brien "},
            annals::StreamName{"Invoice", "1"}
        };
        return streams.at(below(streams.size()));
    }

    /// A new commit, or one of those before: as it was, or changed.
    template <class Model>
    ModelCommit commit(Model const& model) {
        if (!sent_.empty() && one_in(3)) {
            ModelCommit again = sent_[below(sent_.size())];
            if (one_in(2)) {
                change(again);
            }
            return again;
        }
        ModelCommit made;
        for (std::size_t parts = one_in(3) ? 1 + below(3) : 1; parts > 0; --parts) {
            annals::StreamName const name = stream();
            made.push_back({name, expected(model.stream_version(name)), {}});
            for (std::size_t count = below(4); count > 0; --count) {
                made.back().events.push_back(event());
            }
        }
        sent_.push_back(made);
        return made;
    }

private:
    annals::ExpectedVersion expected(annals::Version current) {
        switch (below(8)) {
        case 0:
            return annals::ExpectedVersion::any();
        case 1:
            return annals::ExpectedVersion::no_stream();
        case 2:
            return annals::ExpectedVersion::stream_exists();
        case 3:
            return annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(below(6))});
        default:
            return annals::ExpectedVersion::exactly(current);
        }
    }

    ModelEvent event() {
        std::uint32_t const n = ++events_;
        return {
            annals::testing::SequentialIds::id(one_in(40) ? 1 : n), // now and then a known one
            annals::Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(n) * 1'000'001 - 5'000'000}},
            {"", "", one_in(3) ? "somebody" : "", {}},
            EncodedPayloads::payload(n)
        };
    }

    void change(ModelCommit& commit) {
        ModelPart& part = commit[below(commit.size())];
        switch (below(8)) {
        case 0:
            part.stream = stream();
            break;
        case 1:
            part.expected = expected(annals::Version{});
            break;
        case 2:
            part.events.push_back(event());
            break;
        case 3:
            std::reverse(part.events.begin(), part.events.end());
            break;
        case 4:
            commit.push_back({stream(), annals::ExpectedVersion::any(), {event()}});
            break;
        case 5:
            std::reverse(commit.begin(), commit.end());
            break;
        default:
            if (!part.events.empty()) {
                change(part.events[below(part.events.size())]);
            }
        }
    }
    void change(ModelEvent& event) {
        switch (below(5)) {
        case 0:
            event.payload.data += " ";
            break;
        case 1:
            event.payload.type += "2";
            break;
        case 2:
            event.metadata.user += "!";
            break;
        case 3:
            event.timestamp += std::chrono::microseconds{1};
            break;
        default:
            event.event_id = annals::EventId{};
        }
    }

    std::mt19937_64 random_;
    std::uint32_t events_ = 0;
    std::vector<ModelCommit> sent_;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_MODEL_COMMANDS_HPP
