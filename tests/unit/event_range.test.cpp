// SPDX-License-Identifier: MIT

#include <annals/event_range.hpp>
#include <tests/catch.hpp>

#include <iterator>
#include <ranges>
#include <string>
#include <type_traits>
#include <vector>

namespace {

/// Hands out 1, 2, ... `count`, and counts how often it is asked.
class Counting {
public:
    using value_type = int;
    Counting(int count, int& asked) : count_{count}, asked_{&asked} {}
    int const* next() {
        ++*asked_;
        return at_ < count_ ? &++at_ : nullptr;
    }

private:
    int count_;
    int* asked_;
    int at_ = 0;
};

struct WithoutNext {
    using value_type = int;
};
struct HandsOutMutable {
    using value_type = int;
    int* next();
};
struct WithoutValueType {
    int const* next();
};

using Range = annals::EventRange<Counting>;

} // namespace

TEST_CASE("event range: what is a cursor") {
    STATIC_REQUIRE_FALSE(annals::EventCursor<int>);
    STATIC_REQUIRE_FALSE(annals::EventCursor<WithoutNext>);
    STATIC_REQUIRE_FALSE(annals::EventCursor<HandsOutMutable>);
    STATIC_REQUIRE_FALSE(annals::EventCursor<WithoutValueType>);
    STATIC_REQUIRE(annals::EventCursor<Counting>);
}

TEST_CASE("event range: it is a standard input range") {
    STATIC_REQUIRE(std::input_iterator<Range::iterator>);
    STATIC_REQUIRE(std::sentinel_for<std::default_sentinel_t, Range::iterator>);
    STATIC_REQUIRE(std::ranges::input_range<Range>);
    STATIC_REQUIRE_FALSE(std::copy_constructible<Range>);
    STATIC_REQUIRE(std::same_as<std::ranges::range_reference_t<Range>, int const&>);
}

TEST_CASE("event range: a loop walks over all and asks for none twice") {
    int asked = 0;
    std::vector<int> seen;
    for (int const& value : annals::EventRange{Counting{3, asked}}) {
        seen.push_back(value);
    }
    CHECK(seen == std::vector<int>{1, 2, 3});
    CHECK(asked == 4);
}

TEST_CASE("event range: nothing is asked of the cursor before begin and no more than is walked") {
    int asked = 0;
    Range range{Counting{1'000'000, asked}};
    CHECK(asked == 0);
    auto at = range.begin();
    CHECK(asked == 1);
    CHECK(*at == 1);
    CHECK(*at.operator->() == 1);
    ++at;
    CHECK(*at == 2);
    at++;
    CHECK(*at == 3);
    CHECK(asked == 3);
}

TEST_CASE("event range: an empty one ends at once") {
    int asked = 0;
    Range range{Counting{0, asked}};
    CHECK(range.begin() == range.end());
}

TEST_CASE("event range: it can be moved before it is walked") {
    int asked = 0;
    Range first{Counting{2, asked}};
    Range second{std::move(first)};
    int sum = 0;
    for (int const value : second) {
        sum += value;
    }
    CHECK(sum == 3);
}
