// SPDX-License-Identifier: MIT

#include <annals/id_text.hpp>
#include <tests/catch.hpp>

#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace shop {

struct CustomerId {
    std::string value;
    friend bool operator==(CustomerId const&, CustomerId const&) = default;
};
inline std::string to_string(CustomerId const& id) { return "c-" + id.value; }

struct InvoiceId {
    int number = 0;
};
inline std::string to_text(InvoiceId const& id) { return "i-" + std::to_string(id.number); }

struct Both {};
inline std::string to_text(Both const&) { return "text"; }
inline std::string to_string(Both const&) { return "string"; }

struct LikeAString {
    std::string value;
    operator std::string_view() const { return value; } // NOLINT(google-explicit-constructor)
};
inline std::string to_string(LikeAString const&) { return "wrong"; }

class HiddenFriend {
    friend std::string to_string(HiddenFriend const&) { return "friend"; }
};

enum class Till { first, second };
inline std::string to_string(Till till) { return till == Till::first ? "1st" : "2nd"; }

struct Speechless {};
enum class SpeechlessEnum {};
struct ToNumber {};
inline int to_string(ToNumber) { return 1; }
struct MoveOnly {
    std::unique_ptr<int> value;
};
inline std::string to_string(MoveOnly const&) { return ""; }

} // namespace shop

using annals::AggregateId;
using annals::id_text;

TEST_CASE("id text: what has no text form is no id") {
    STATIC_REQUIRE_FALSE(AggregateId<shop::Speechless>);
    STATIC_REQUIRE_FALSE(AggregateId<shop::SpeechlessEnum>);
    STATIC_REQUIRE_FALSE(AggregateId<shop::ToNumber>);
    STATIC_REQUIRE_FALSE(AggregateId<shop::MoveOnly>);
    STATIC_REQUIRE_FALSE(AggregateId<void>);
    STATIC_REQUIRE_FALSE(AggregateId<double>);
}

TEST_CASE("id text: strings are their own text") {
    CHECK(id_text(std::string{"order-1"}) == "order-1");
    CHECK(id_text(std::string{"a\0b", 3}).size() == 3);
    CHECK(id_text(std::string_view{"order-1"}) == "order-1");
    CHECK(id_text(shop::LikeAString{"x"}) == "x");
}

TEST_CASE("id text: integers are their decimal digits") {
    CHECK(id_text(0) == "0");
    CHECK(id_text(-17) == "-17");
    CHECK(id_text((std::numeric_limits<std::uint64_t>::max)()) == "18446744073709551615");
    CHECK(id_text((std::numeric_limits<std::int64_t>::min)()) == "-9223372036854775808");
    CHECK(id_text(std::uint8_t{200}) == "200");
}

TEST_CASE("id text: UUIDs have the form of RFC 9562") {
    char const* const text = "0198c2f7-abcd-7ef0-9a0b-0123456789ab";
    CHECK(id_text(annals::parse_event_id(text)) == text);
}

TEST_CASE("id text: a type's own functions are found beside it") {
    CHECK(id_text(shop::CustomerId{"7"}) == "c-7");
    CHECK(id_text(shop::InvoiceId{7}) == "i-7");
    CHECK(id_text(shop::Both{}) == "text");
    CHECK(id_text(shop::HiddenFriend{}) == "friend");
    CHECK(id_text(shop::Till::second) == "2nd");
}
