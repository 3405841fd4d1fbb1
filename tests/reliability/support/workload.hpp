// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_WORKLOAD_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_WORKLOAD_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Commits whose shape is known beforehand, so that the half of one is seen to be a half: each event
// says which commit of which writer it belongs to, and which of how many events of that commit it
// is.

namespace reliability {

struct Written {
    int writer = 0;
    std::int64_t commit = 0; ///< 1, 2, 3, ...
    int index = 0;           ///< its place in the commit, from 0
    int of = 0;              ///< how many events the commit has
    std::string padding;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Written, writer, commit, index, of, padding)

using WrittenEvent = std::variant<Written>;

/// Each writer has this many streams of its own.
inline constexpr std::size_t streams_per_writer = 3;

using Versions = std::array<annals::Version, streams_per_writer>;

[[nodiscard]] inline annals::StreamName stream_of(int writer, std::size_t stream) {
    return {"Ledger", std::to_string(writer) + "-" + std::to_string(stream)};
}

/// The appends of one commit.
struct Commit {
    std::int64_t number = 0;
    std::vector<std::vector<annals::NewEvent<annals::EncodedPayload>>> events;
    std::vector<annals::StreamAppend<annals::EncodedPayload>> parts; ///< into `events`
};

/// Makes the commits of one writer: 1 to 10 events each, every third one to several streams.
class Writer {
public:
    /// @param made      how many commits the writer has made before
    /// @param versions  where its streams stand
    Writer(int writer, std::int64_t made, Versions const& versions)
        : writer_{writer}, made_{made}, versions_{versions} {}

    /// The next commit, on the belief that the one before was made.
    [[nodiscard]] Commit next() {
        Commit commit;
        commit.number = ++made_;
        std::uint64_t dice = mix(static_cast<std::uint64_t>(made_) * 31U + std::uint64_t(writer_));
        std::size_t const streams = dice % 3 == 0 ? 2 + dice / 3 % 2 : 1;
        std::size_t const size = 1 + dice / 16 % 10;
        std::size_t const total = size < streams ? streams : size;
        std::size_t const first_stream = dice / 256 % streams_per_writer;

        commit.events.resize(streams);
        for (std::size_t i = 0; i < total; ++i) {
            // Part after part, as the store puts them.
            commit.events[i * streams / total].push_back(event(i, total, dice / 4096 % 400));
        }
        for (std::size_t part = 0; part < streams; ++part) {
            std::size_t const stream = (first_stream + part) % streams_per_writer;
            annals::Version& version = versions_[stream];
            commit.parts.push_back(
                {stream_of(writer_, stream), annals::ExpectedVersion::exactly(version), commit.events[part]}
            );
            version = version.advanced_by(static_cast<std::int64_t>(commit.events[part].size()));
        }
        return commit;
    }

    [[nodiscard]] Versions const& versions() const noexcept { return versions_; }

private:
    /// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
    [[nodiscard]] static std::uint64_t mix(std::uint64_t x) noexcept {
        x += 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31U);
    }

    [[nodiscard]] annals::NewEvent<annals::EncodedPayload>
    event(std::size_t index, std::size_t of, std::size_t padding) const {
        WrittenEvent const event =
            Written{writer_, made_, static_cast<int>(index), static_cast<int>(of), std::string(padding, 'x')};
        return {
            annals::new_event_id(), annals::system_clock().now(), {}, annals::JsonCodec<WrittenEvent>{}.encode(event)
        };
    }

    int writer_;
    std::int64_t made_;
    Versions versions_;
};

/// Appends a commit as it should be.
struct Honest {
    template <class Store, class Acknowledge>
    static void write(Store& store, Commit const& commit, Acknowledge&& acknowledge) {
        store.append(commit.parts);
        acknowledge();
    }
};

/// Broken: says that the commit was made before it is.
struct Hasty {
    template <class Store, class Acknowledge>
    static void write(Store& store, Commit const& commit, Acknowledge&& acknowledge) {
        acknowledge();
        store.append(commit.parts);
    }
};

/// Broken: makes two commits of one, its first event and the others.
struct Halving {
    template <class Store, class Acknowledge>
    static void write(Store& store, Commit const& commit, Acknowledge&& acknowledge) {
        auto rest = commit.parts;
        auto& first = rest.front();
        store.append(first.stream, first.expected, first.events.first(1));
        first.expected = annals::ExpectedVersion::any();
        first.events = first.events.subspan(1);
        store.append(rest);
        acknowledge();
    }
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_WORKLOAD_HPP
