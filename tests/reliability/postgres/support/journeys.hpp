// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_JOURNEYS_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_JOURNEYS_HPP

#include <tests/reliability/postgres/support/test_schema.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

// Readers that follow the log of a store while it grows: as they should, and in ways that lose events.

namespace reliability {

/// The last position, once there will be no other; 0 before.
using LogEnd = std::atomic<std::int64_t>;

/// Where a reader has been.
struct Journey {
    std::vector<std::int64_t> positions;
    std::vector<std::string> event_ids;
    std::chrono::milliseconds lag{}; ///< from the last commit to having read it
};

/// Follows the log to its end, or until it is stuck.
template <class ReadPage>
[[nodiscard]] Journey follow(LogEnd const& log_end, ReadPage&& read_page) {
    Journey journey;
    std::int64_t after = 0;
    auto settled = std::chrono::steady_clock::time_point::max();
    while (true) {
        std::int64_t const end = log_end;
        if (end != 0 && settled == std::chrono::steady_clock::time_point::max()) {
            settled = std::chrono::steady_clock::now();
        }
        std::int64_t const before = after;
        read_page(after, journey);
        auto const lag = std::chrono::steady_clock::now() - settled;
        if (end != 0 && (after >= end || lag > std::chrono::seconds{60})) {
            journey.lag = std::chrono::duration_cast<std::chrono::milliseconds>(lag);
            return journey;
        }
        if (after == before) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
}

[[nodiscard]] inline Journey
follow_the_store(LogEnd const& log_end, annals::PostgresEventStore const& store, std::size_t limit) {
    return follow(log_end, [&](std::int64_t& after, Journey& journey) {
        for (auto const& event : store.read_all(annals::Position{after}, limit)) {
            after = event.position.first();
            journey.positions.push_back(after);
            journey.event_ids.push_back(annals::to_text(event.event_id));
        }
    });
}

/// The positions above `after`, up to `last`, at most 500.
[[nodiscard]] inline std::vector<std::int64_t>
read_positions(Session& session, TestSchema const& schema, std::int64_t after, std::string const& last) {
    std::istringstream text{session.run(schema.sql(
        "SELECT string_agg(position::text, ' ') FROM (SELECT position FROM @.events WHERE position > " +
        std::to_string(after) + " AND position <= " + last + " ORDER BY position LIMIT 500) AS page"
    ))};
    return {std::istream_iterator<std::int64_t>{text}, {}};
}

/// Broken: takes what it finds above its checkpoint.
[[nodiscard]] inline Journey follow_naively(LogEnd const& log_end, TestSchema const& schema) {
    Session session = schema.session();
    return follow(log_end, [&](std::int64_t& after, Journey& journey) {
        auto const page = read_positions(session, schema, after, "9223372036854775807");
        journey.positions.insert(journey.positions.end(), page.begin(), page.end());
        after = page.empty() ? after : page.back();
    });
}

/// Broken: reads the frontier and the page with one snapshot, so it passes by what is committed in between.
[[nodiscard]] inline Journey
follow_with_one_snapshot(LogEnd const& log_end, TestSchema const& schema, annals::PostgresEventStore const& store) {
    auto const& sql = store.database()->sql();
    std::string lowest_announced = sql.lowest_announced;
    lowest_announced.replace(lowest_announced.find("$1"), 2, std::to_string(store.database()->locks().announcement()));
    Session session = schema.session();
    return follow(log_end, [&](std::int64_t& after, Journey& journey) {
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
        std::string const drawn = session.run(sql.last_drawn);
        std::string const announced = session.run(lowest_announced);
        std::string const frontier = announced.empty() || std::stoll(drawn) < std::stoll(announced) ? drawn : announced;
        auto const page = read_positions(session, schema, after, frontier);
        session.run("COMMIT");
        journey.positions.insert(journey.positions.end(), page.begin(), page.end());
        // It knows of nothing else up to the frontier.
        after = page.size() == 500 ? page.back() : std::max(after, std::stol(frontier));
    });
}

/// How many of `rows` are not in `journey`.
[[nodiscard]] inline std::size_t count_missing(Journey const& journey, std::vector<StoredRow> const& rows) {
    std::set<std::int64_t> const seen{journey.positions.begin(), journey.positions.end()};
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](StoredRow const& row) {
        return !seen.contains(row.position);
    }));
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_JOURNEYS_HPP
