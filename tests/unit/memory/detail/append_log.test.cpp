// SPDX-License-Identifier: MIT

#include <annals/memory/detail/append_log.hpp>
#include <tests/catch.hpp>

#include <memory>
#include <stdexcept>
#include <vector>

using annals::detail::AppendLog;

namespace {

void push(AppendLog<int>& log, int value) {
    log.reserve(1);
    log.append([value] { return value; });
}

std::vector<int> read(AppendLog<int> const& log, std::size_t begin, std::size_t end) {
    std::vector<int> values;
    AppendLog<int>::Reader reader{log, begin, end};
    while (int const* const value = reader.next()) {
        values.push_back(*value);
    }
    CHECK(reader.next() == nullptr);
    return values;
}

std::vector<int> numbers(std::size_t begin, std::size_t end) {
    std::vector<int> values;
    for (std::size_t i = begin; i < end; ++i) {
        values.push_back(static_cast<int>(i));
    }
    return values;
}

} // namespace

TEST_CASE("append log: any part of it is read as it was written") {
    // 4, 12, 28, 60 ... are where the pieces it is made of meet.
    for (std::size_t const size : {0U, 1U, 3U, 4U, 5U, 11U, 12U, 13U, 28U, 29U, 100U}) {
        AppendLog<int> log;
        for (std::size_t i = 0; i < size; ++i) {
            push(log, static_cast<int>(i));
        }
        REQUIRE(log.size() == size);
        for (std::size_t begin = 0; begin <= size + 1; ++begin) {
            for (std::size_t end = 0; end <= size; ++end) {
                if (read(log, begin, end) != (begin < end ? numbers(begin, end) : std::vector<int>{})) {
                    CAPTURE(size, begin, end);
                    FAIL("read wrongly");
                }
            }
        }
        CHECK(read(log, static_cast<std::size_t>(-1), size).empty());
    }
}

TEST_CASE("append log: elements never move") {
    AppendLog<int> log;
    std::vector<int const*> places;
    for (int i = 0; i < 20'000; ++i) {
        log.reserve(1);
        places.push_back(log.append([i] { return i; }));
    }
    for (int i = 0; i < 20'000; ++i) {
        if (*places[static_cast<std::size_t>(i)] != i) {
            FAIL(i);
        }
    }
    CHECK(read(log, 19'998, 20'000) == std::vector<int>{19'998, 19'999});
}

TEST_CASE("append log: room is made for many at once and may stay unused") {
    AppendLog<int> log;
    for (int i = 0; i < 3; ++i) {
        push(log, i);
    }
    log.reserve(50);
    log.reserve(50);
    log.reserve(0);
    for (int i = 3; i < 53; ++i) {
        log.append([i] { return i; });
    }
    log.reserve(10'000);
    for (int i = 53; i < 10'053; ++i) {
        log.append([i] { return i; });
    }
    CHECK(read(log, 0, log.size()) == numbers(0, 10'053));
}

TEST_CASE("append log: a reader keeps to the end it was given") {
    AppendLog<int> log;
    push(log, 0);
    AppendLog<int>::Reader reader{log, 0, log.size()};
    push(log, 1);
    REQUIRE(reader.next() != nullptr);
    CHECK(reader.next() == nullptr);
}

TEST_CASE("append log: a long one goes without using up the stack") {
    auto log = std::make_unique<AppendLog<int>>();
    for (int i = 0; i < 4'000'000; ++i) {
        log->reserve(1);
        log->append([i] { return i; });
    }
    CHECK(log->size() == 4'000'000);
    log.reset();
}

TEST_CASE("append log: what is taken away makes room for others, wherever it stood") {
    for (std::size_t const size : {0U, 1U, 4U, 5U, 12U, 13U, 28U, 40U}) {
        for (std::size_t to = 0; to <= size; ++to) {
            CAPTURE(size, to);
            AppendLog<int> log;
            log.reserve(1);
            for (std::size_t i = 0; i < size; ++i) {
                push(log, i < to ? static_cast<int>(i) : -1);
            }
            log.shrink(to);
            REQUIRE(log.size() == to);
            for (std::size_t i = to; i < size + 20; ++i) {
                push(log, static_cast<int>(i));
            }
            CHECK(read(log, 0, log.size()) == numbers(0, size + 20));
        }
    }
}

TEST_CASE("append log: each element is destroyed once, those taken away at once") {
    auto const counted = std::make_shared<int>(0);
    {
        AppendLog<std::shared_ptr<int>> log;
        log.reserve(30);
        for (int i = 0; i < 30; ++i) {
            log.append([&] { return counted; });
        }
        CHECK(counted.use_count() == 31);
        log.shrink(7);
        CHECK(counted.use_count() == 8);
        CHECK_THROWS_AS(
            log.append([]() -> std::shared_ptr<int> { throw std::runtime_error{"no"}; }), std::runtime_error
        );
        CHECK(log.size() == 7);
    }
    CHECK(counted.use_count() == 1);
}
