// SPDX-License-Identifier: MIT

#include <annals/memory/detail/event_id_index.hpp>
#include <tests/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <vector>

using namespace annals;

namespace {

struct Event {
    EventId event_id{};
};

/// Ids sort as their numbers do.
Event event_of(std::uint16_t number) {
    Event event;
    *event.event_id.begin() = static_cast<std::uint8_t>(number >> 8U);
    *(event.event_id.begin() + 1) = static_cast<std::uint8_t>(number);
    return event;
}

} // namespace

TEST_CASE("event id index: it finds what was inserted and nothing else, in whatever order ids come") {
    std::mt19937 random{62};
    // Mostly growing, as ids of version 7 are; shuffled; falling, so that each but the first is no newest one.
    for (int const order : {0, 1, 2}) {
        std::vector<std::uint16_t> numbers;
        for (std::uint16_t number = 1; number <= 3'000; ++number) {
            numbers.push_back(static_cast<std::uint16_t>(2 * number));
        }
        if (order == 0) {
            for (std::size_t i = 10; i < numbers.size(); i += 10) {
                std::swap(numbers[i], numbers[i - random() % 10]);
            }
        } else if (order == 1) {
            std::shuffle(numbers.begin(), numbers.end(), random);
        } else {
            std::reverse(numbers.begin(), numbers.end());
        }

        detail::EventIdIndex<Event> index;
        std::deque<Event> stored;
        std::map<std::uint16_t, Event const*> expected;
        for (std::size_t at = 0; at < numbers.size();) {
            std::vector<Event> commit;
            for (std::size_t left = 1 + random() % 7; left > 0 && at < numbers.size(); --left) {
                commit.push_back(event_of(numbers[at++]));
            }
            index.reserve(commit, commit.size());
            if (random() % 4 == 0) { // that commit fails, and is made after all
                index.reserve(commit, commit.size());
            }
            for (Event const& event : commit) {
                REQUIRE(index.find(event.event_id) == nullptr);
                index.insert(stored.emplace_back(event));
                auto const* const byte = &*event.event_id.begin();
                expected[static_cast<std::uint16_t>(byte[0] << 8U | byte[1])] = &stored.back();
            }
        }
        for (std::uint16_t number = 0; number <= 6'002; ++number) {
            auto const at = expected.find(number);
            if (index.find(event_of(number).event_id) != (at == expected.end() ? nullptr : at->second)) {
                CAPTURE(order, number);
                FAIL("found wrongly");
            }
        }
    }
}
