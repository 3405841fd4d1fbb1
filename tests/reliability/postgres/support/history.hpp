// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_HISTORY_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_HISTORY_HPP

#include <tests/reliability/postgres/support/test_schema.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace reliability {

enum class Outcome : std::uint8_t { acknowledged, refused, unknown };

/// One append, as its author saw it.
struct Attempt {
    using Clock = std::chrono::steady_clock;

    Events events;
    Clock::time_point began;
    Clock::time_point ended{};
    Outcome outcome = Outcome::unknown;
};

/// What all authors did. Thread-safe.
class History {
public:
    void add(Attempt attempt) {
        attempt.ended = Attempt::Clock::now();
        std::lock_guard const lock{mutex_};
        attempts_.push_back(std::move(attempt));
    }
    [[nodiscard]] std::vector<Attempt> const& attempts() const noexcept { return attempts_; }
    [[nodiscard]] std::ptrdiff_t count(Outcome outcome) const {
        return std::count_if(attempts_.begin(), attempts_.end(), [outcome](Attempt const& attempt) {
            return attempt.outcome == outcome;
        });
    }

private:
    std::mutex mutex_;
    std::vector<Attempt> attempts_;
};

/// What a history promised and the stored rows do not hold.
struct HistoryFindings {
    std::size_t lost = 0;       ///< acknowledged attempts of which an event is not stored
    std::size_t half = 0;       ///< attempts of unknown outcome of which a part is stored
    std::size_t unasked = 0;    ///< stored events that were refused or rolled back, or that nobody wrote
    std::size_t repeated = 0;   ///< stored events with an id that is stored already
    std::size_t overtaken = 0;  ///< attempts with a position below that of one acknowledged before they began
    std::size_t disordered = 0; ///< events that are not one version above the one before in their stream
};

[[nodiscard]] inline HistoryFindings compare(History const& history, std::vector<StoredRow> const& rows) {
    struct Placed {
        Attempt const* attempt;
        std::int64_t first = (std::numeric_limits<std::int64_t>::max)();
        std::int64_t last = 0;
    };
    HistoryFindings findings;
    std::map<std::string, std::int64_t> positions;
    for (StoredRow const& row : rows) {
        findings.repeated += positions.emplace(row.event_id, row.position).second ? 0U : 1U;
    }
    findings.disordered = disordered_versions(rows);

    std::vector<Placed> placed;
    std::size_t expected = 0;
    for (Attempt const& attempt : history.attempts()) {
        Placed place{&attempt};
        std::size_t stored = 0;
        for (auto const& event : attempt.events) {
            auto const at = positions.find(annals::to_text(event.event_id));
            if (at != positions.end()) {
                ++stored;
                place.first = std::min(place.first, at->second);
                place.last = std::max(place.last, at->second);
            }
        }
        bool const is_whole = stored == attempt.events.size();
        findings.lost += attempt.outcome == Outcome::acknowledged && !is_whole ? 1U : 0U;
        findings.half += attempt.outcome == Outcome::unknown && stored > 0 && !is_whole ? 1U : 0U;
        expected += attempt.outcome == Outcome::refused ? 0U : stored;
        if (attempt.outcome == Outcome::acknowledged && is_whole) {
            placed.push_back(place);
        }
    }
    findings.unasked = positions.size() - expected;

    auto by_end = placed;
    std::sort(by_end.begin(), by_end.end(), [](auto& a, auto& b) { return a.attempt->ended < b.attempt->ended; });
    std::sort(placed.begin(), placed.end(), [](auto& a, auto& b) { return a.attempt->began < b.attempt->began; });
    std::int64_t highest = 0;
    auto earlier = by_end.begin();
    for (Placed const& later : placed) {
        for (; earlier != by_end.end() && earlier->attempt->ended < later.attempt->began; ++earlier) {
            highest = std::max(highest, earlier->last);
        }
        findings.overtaken += later.first < highest ? 1U : 0U;
    }
    return findings;
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_HISTORY_HPP
