// SPDX-License-Identifier: MIT

#include <annals/event_id.hpp>
#include <tests/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using annals::EventId;
using annals::InvalidInput;

namespace {

std::uint64_t high_word(EventId const& id) {
    std::uint64_t word = 0;
    std::for_each(id.begin(), id.begin() + 8, [&word](std::uint8_t byte) { word = word << 8U | byte; });
    return word;
}

std::uint64_t millis_of(EventId const& id) { return high_word(id) >> 16U; }

std::uint64_t now_millis() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

std::vector<EventId> made(std::size_t count) {
    std::vector<EventId> ids;
    ids.reserve(count);
    while (ids.size() < count) {
        ids.push_back(annals::new_event_id());
    }
    return ids;
}

bool are_all_different(std::vector<EventId> ids) {
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

} // namespace

TEST_CASE("event id: the layout is that of a version 7 UUID") {
    std::uint64_t const before = now_millis();
    std::vector<EventId> const ids = made(1'000);
    std::uint64_t const after = now_millis();
    for (EventId const& id : ids) {
        auto const* const byte = &*id.begin();
        REQUIRE(unsigned{byte[6]} >> 4U == 7U);    // version
        REQUIRE(unsigned{byte[8]} >> 6U == 0b10U); // variant
        REQUIRE(millis_of(id) >= before);
        REQUIRE(millis_of(id) <= after);
    }
}

TEST_CASE("event id: it carries the time that it is made for, unless that would make it step back") {
    using std::chrono::hours;
    annals::Timestamp const now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    std::uint64_t at_start = 0;
    std::uint64_t of_the_past = 0;
    std::uint64_t of_the_future = 0;
    // A thread of its own, so that the ids of this one keep the time.
    std::thread{[&] {
        at_start = millis_of(annals::new_event_id(now));
        of_the_past = millis_of(annals::new_event_id(now - hours{1}));
        of_the_future = millis_of(annals::new_event_id(now + hours{1}));
    }}.join();
    CHECK(at_start == static_cast<std::uint64_t>(now.time_since_epoch().count() / 1'000));
    CHECK(of_the_past == at_start);
    CHECK(of_the_future == at_start + 3'600'000);
}

TEST_CASE("event id: the 62 low bits are random in each id") {
    // A bit that stays as it is in 256 ids, or that is one id's copy of another's, is not random.
    std::uint64_t seen_set = 0;
    std::uint64_t seen_clear = 0;
    std::set<std::uint64_t> words;
    for (EventId const& id : made(256)) {
        std::uint64_t word = 0;
        std::for_each(id.begin() + 8, id.end(), [&word](std::uint8_t byte) { word = word << 8U | byte; });
        seen_set |= word;
        seen_clear |= ~word;
        words.insert(word);
    }
    std::uint64_t const all = (std::uint64_t{1} << 62U) - 1;
    CHECK((seen_set & all) == all);
    CHECK((seen_clear & all) == all);
    CHECK(words.size() == 256);
}

TEST_CASE("event id: those of one thread grow, also within a millisecond") {
    std::vector<EventId> const ids = made(100'000);
    CHECK(std::is_sorted(ids.begin(), ids.end(), std::less_equal<>{}));
    // Sorting by the part without random bits: the order is no accident of theirs.
    CHECK(std::adjacent_find(ids.begin(), ids.end(), [](EventId const& a, EventId const& b) {
              return high_word(a) >= high_word(b);
          }) == ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end(), [](EventId const& a, EventId const& b) {
              return millis_of(a) == millis_of(b);
          }) != ids.end());
}

TEST_CASE("event id: no two threads make the same", "[concurrency]") {
    constexpr std::size_t threads = 8;
    constexpr std::size_t each = 20'000;
    std::vector<std::vector<EventId>> made_by(threads);
    {
        std::vector<std::thread> running;
        for (auto& ids : made_by) {
            running.emplace_back([&ids] { ids = made(each); });
        }
        for (std::thread& thread : running) {
            thread.join();
        }
    }
    std::vector<EventId> all;
    for (auto const& ids : made_by) {
        CHECK(std::is_sorted(ids.begin(), ids.end()));
        all.insert(all.end(), ids.begin(), ids.end());
    }
    CHECK(all.size() == threads * each);
    CHECK(are_all_different(std::move(all)));
}

TEST_CASE("event id: no two children of a fork make the same") {
    constexpr std::size_t children = 8;
    constexpr std::size_t each = 20'000;
    std::vector<EventId> all = made(each); // so that the children inherit a counter in use
    std::vector<int> pipes;
    std::vector<pid_t> started;
    for (std::size_t i = 0; i < children; ++i) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        pid_t const child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            bool good = true;
            for (std::size_t n = 0; n < each && good; ++n) {
                EventId const id = annals::new_event_id();
                good = ::write(ends[1], &*id.begin(), 16) == 16;
            }
            ::_exit(good ? 0 : 1);
        }
        ::close(ends[1]);
        pipes.push_back(ends[0]);
        started.push_back(child);
    }
    for (std::size_t i = 0; i < children; ++i) {
        for (std::size_t n = 0; n < each; ++n) {
            EventId id{};
            for (std::size_t got = 0; got < 16;) {
                ssize_t const more = ::read(pipes[i], &*id.begin() + got, 16 - got);
                REQUIRE(more > 0);
                got += static_cast<std::size_t>(more);
            }
            all.push_back(id);
        }
        ::close(pipes[i]);
        int status = -1;
        REQUIRE(::waitpid(started[i], &status, 0) == started[i]);
        CHECK(status == 0);
    }
    CHECK(all.size() == (children + 1) * each);
    CHECK(are_all_different(all));

    // Nor does their difference hang on the moment: what the children draw is not a copy of each other's.
    for (EventId& id : all) {
        std::fill(id.begin(), id.begin() + 8, std::uint8_t{0});
    }
    CHECK(are_all_different(std::move(all)));
}
