// SPDX-License-Identifier: MIT

#include <annals/detail/dispatch.hpp>
#include <tests/catch.hpp>

#include <string>
#include <utility>
#include <variant>

using annals::detail::dispatch;

namespace {

template <int I>
struct Alternative {
    int value = I;
};

template <class Indices>
struct Many;
template <int... I>
struct Many<std::integer_sequence<int, I...>> {
    using type = std::variant<Alternative<I>...>;
    static inline type const all[] = {type{Alternative<I>{}}...};
};
using Forty = Many<std::make_integer_sequence<int, 40>>;

struct ThrowsWhenCopied {
    ThrowsWhenCopied() = default;
    ThrowsWhenCopied(ThrowsWhenCopied const&) { throw 1; }
    ThrowsWhenCopied& operator=(ThrowsWhenCopied const&) = default;
};

} // namespace

TEST_CASE("dispatch: each of many alternatives reaches its own call") {
    int expected = 0;
    for (auto const& variant : Forty::all) {
        CHECK(dispatch(variant, [](auto const& alternative) { return alternative.value; }) == expected);
        ++expected;
    }
    CHECK(expected == 40);
}

TEST_CASE("dispatch: it hands over the alternative itself") {
    std::variant<int, std::string> const variant{"text"};
    std::string const* const seen = dispatch(variant, [](auto const& alternative) -> std::string const* {
        if constexpr (std::is_same_v<decltype(alternative), std::string const&>) {
            return &alternative;
        } else {
            return nullptr;
        }
    });
    CHECK(seen == &std::get<std::string>(variant));
}

TEST_CASE("dispatch: a valueless variant is a usage error") {
    std::variant<int, ThrowsWhenCopied> variant{1};
    ThrowsWhenCopied const source;
    CHECK_THROWS_AS(variant.emplace<1>(source), int);
    REQUIRE(variant.valueless_by_exception());
    CHECK_THROWS_AS(dispatch(variant, [](auto const&) {}), annals::UsageError);
}

TEST_CASE("dispatch: what it knows of variants") {
    using namespace annals::detail;
    STATIC_REQUIRE(is_variant<std::variant<int>>);
    STATIC_REQUIRE_FALSE(is_variant<int>);
    STATIC_REQUIRE(count_in<int, std::variant<int, char, int>> == 2);
    STATIC_REQUIRE(count_in<long, std::variant<int, char, int>> == 0);
    STATIC_REQUIRE(count_in<int, int> == 0);
    STATIC_REQUIRE(has_distinct_types<std::variant<int, char>>);
    STATIC_REQUIRE_FALSE(has_distinct_types<std::variant<int, char, int>>);
    STATIC_REQUIRE_FALSE(has_distinct_types<int>);
}
