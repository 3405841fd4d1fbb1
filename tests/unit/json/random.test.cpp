// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/dice.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace json_tests::random {

struct Noted {
    nlohmann::json body;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Noted, body)

struct Line {
    std::string sku;
    std::uint8_t quantity{};
    double price{};
    bool gift{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Line, sku, quantity, price, gift)

struct Ordered {
    std::int64_t number{};
    std::vector<Line> lines;
    std::map<std::string, int> stock;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Ordered, number, lines, stock)

using Event = std::variant<Noted, Ordered>;

namespace {

annals::JsonCodec<Event> const codec;

} // namespace

TEST_CASE("JsonCodec: random JSON comes back equal, and the same bytes") {
    Dice dice{20101201};
    for (int i = 0; i < 10'000; ++i) {
        CAPTURE(i);
        nlohmann::json const value = dice.value(6);
        annals::EncodedPayload const payload = codec.encode(Noted{value});
        Event const back = codec.decode(stored(payload));
        REQUIRE(std::get<Noted>(back).body == value);
        REQUIRE(codec.encode(back) == payload);
    }
}

TEST_CASE("JsonCodec: damaged payloads are refused as DecodeError or read as another event") {
    Dice dice{20111209};
    std::string const ordered =
        codec.encode(Ordered{-5, {{"tea", 6, 2.55, true}, {"cup", 0, 4, false}}, {{"tea", 1000}}}).data;
    int read = 0;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        bool const is_ordered = i % 2 == 0;
        std::string const data = damaged(is_ordered ? ordered : codec.encode(Noted{dice.value(4)}).data, dice);
        CAPTURE(i, data);
        try {
            Event const event = codec.decode(stored(is_ordered ? "Ordered" : "Noted", data));
            annals::EncodedPayload const again = codec.encode(event);
            REQUIRE(codec.encode(codec.decode(stored(again))) == again);
            ++read;
        } catch (annals::DecodeError const&) {
            ++refused;
        }
    }
    // Both ways have been taken.
    REQUIRE(read > 500);
    REQUIRE(refused > 5000);
}

} // namespace json_tests::random
