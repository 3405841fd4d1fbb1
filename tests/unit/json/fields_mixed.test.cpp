// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/json/mixed_fields.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace json_tests::fields {

namespace {

std::string const parcel_text =
    R"({"at":5,"carrier":"DHL","color":1,"colors":[0,1],"days":2,"labels":[[1,"x"]],"lines":[],"note":"",)"
    R"("other":{"a":[1.5]},"place":[0.0,1.0],"price":3,"rebate":null,"second":null,"sizes":[-1,2],"stops":[7]})";

std::string changed(std::string text, std::string_view from, std::string_view to) {
    std::size_t const at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// Its mapping fails, one way or the other.
struct Broken {
    int how = 0;
};
void to_json(nlohmann::json& form, Broken const& broken) {
    form = {{"something", "allocated"}};
    if (broken.how == 1) {
        throw std::runtime_error{"MARKER"};
    }
    if (broken.how == 2) {
        static_cast<void>(form.at("MARKER"));
    }
    form = broken.how == 3 ? nlohmann::json::binary({1}) : nlohmann::json(broken.how);
}
void from_json(nlohmann::json const& form, Broken& broken) {
    broken.how = form.get<int>();
    if (broken.how != 0) {
        throw std::out_of_range{"MARKER"};
    }
}

struct Fragile {
    std::string before;
    Broken part;
};
ANNALS_FIELDS(Fragile, before, part)

} // namespace

TEST_CASE("ANNALS_FIELDS: a field with another mapping goes that way by itself") {
    REQUIRE(both<ParcelTwice>(parcel_text) == Verdict{true, parcel_text});
    REQUIRE(is_read_directly<ListedParcel>(parcel_text));
    annals::JsonCodec<std::variant<ListedParcel>> const codec;
    auto const parcel = std::get<ListedParcel>(codec.decode(stored("Parcel", parcel_text)));
    REQUIRE(parcel.at.time_since_epoch().count() == 5);
    REQUIRE(parcel.days == 2);
    REQUIRE(parcel.carrier == Carrier::dhl);
    REQUIRE(!parcel.second);
    REQUIRE(parcel.price.amount == 3);
    REQUIRE(parcel.sizes == std::set<std::int16_t>{-1, 2});
    REQUIRE(codec.encode(parcel).data == parcel_text);
}

TEST_CASE("ANNALS_FIELDS: a field with another mapping is read as strictly as all others") {
    std::vector<std::pair<std::string, std::string>> const changes{
        {"\"price\":3", "\"price\":2147483648"},
        {"\"price\":3", "\"price\":3.5"},
        {"\"price\":3", "\"price\":true"},
        {"\"price\":3", "\"price\":\"3\""},
        {"\"price\":3", "\"price\":03"},
        {"\"price\":3", "\"price\":3,\"price\":3"},
        {"\"price\":3,", ""},
        {"\"color\":1", "\"color\":256"},
        {"[0,1]", "[0,300]"},
        {"[0,1]", "[0,1"},
        {"[-1,2]", "[-1,40000]"},
        {"[7]", "[65536]"},
        {"[7]", "[7,-1]"},
        {"[0.0,1.0]", "[0.0]"},
        {"\"second\":null", "\"second\":[nul]"},
        {"{\"a\":[1.5]}", "{\"a\":1,\"a\":1}"},
        {"{\"a\":[1.5]}", "\"\xFF\""},
        {"{\"a\":[1.5]}", "1e999"},
        {"{\"a\":[1.5]}", nested_arrays(annals::limits::max_json_depth)},
    };
    for (auto const& [from, to] : changes) {
        REQUIRE_FALSE(both<ParcelTwice>(changed(parcel_text, from, to)).is_read);
    }
    std::string const deep = nested_arrays(annals::limits::max_json_depth - 1);
    REQUIRE(both<ParcelTwice>(changed(parcel_text, "{\"a\":[1.5]}", deep)).is_read);
    // Of a text that none of its enumerators has, an enum makes the first one: a choice of nlohmann/json's macro.
    REQUIRE(both<ParcelTwice>(changed(parcel_text, "\"DHL\"", "\"later\"")).is_read);
    REQUIRE(both<ParcelTwice>(changed(parcel_text, "[7]", "[9,8,7,6]")).is_read);
}

TEST_CASE("ANNALS_FIELDS: a field with another mapping that cannot be written is refused as before") {
    ListedParcel parcel;
    parcel.other = nlohmann::json::array();
    for (std::size_t depth = 2; depth < annals::limits::max_json_depth; ++depth) {
        parcel.other = nlohmann::json::array({parcel.other});
    }
    REQUIRE(both<ParcelTwice>(annals::detail::encode_json(parcel).data).is_read);
    parcel.other = nlohmann::json::array({parcel.other});
    REQUIRE_THROWS_WITH(annals::detail::encode_json(parcel), ContainsSubstring("max_json_depth"));
    parcel.other = "MARKER\xFF";
    REQUIRE_THROWS_WITH(
        annals::detail::encode_json(parcel), ContainsSubstring("not UTF-8") && !ContainsSubstring("MARKER")
    );
    parcel.other = nullptr;
    parcel.place[1] = -1 / parcel.place[0] / 0.0;
    REQUIRE_THROWS_WITH(annals::detail::encode_json(parcel), ContainsSubstring("NaN or an infinity"));
}

TEST_CASE("ANNALS_FIELDS: what a mapping of a field throws comes out as before") {
    REQUIRE(annals::detail::encode_json(Fragile{}).data == R"({"before":"","part":0})");
    REQUIRE_THROWS_AS(annals::detail::encode_json(Fragile{"", {1}}), std::runtime_error);
    REQUIRE_THROWS_WITH(
        annals::detail::encode_json(Fragile{"", {2}}),
        ContainsSubstring("nlohmann/json error 403") && !ContainsSubstring("MARKER")
    );
    REQUIRE_THROWS_WITH(annals::detail::encode_json(Fragile{"", {3}}), ContainsSubstring("binary data"));
    REQUIRE(verdict<Fragile>(R"({"before":"","part":0})").is_read);
    REQUIRE(
        verdict<Fragile>(R"({"before":"","part":5})") == Verdict{false, "its to_json or from_json threw an exception"}
    );
}

TEST_CASE("ANNALS_FIELDS_WITH_DEFAULTS: a field that is missing has what the default constructor gives it") {
    std::string const defaults =
        R"({"box":{"color":0,"width":9},"boxes":[],"carrier":"DHL","customer":"none","parts":[1,2],"rebate":0.5,)"
        R"("retries":3})";
    REQUIRE(both<LateTwice>("{}") == Verdict{true, defaults});
    REQUIRE(is_read_directly<ListedLate>("{}"));
    REQUIRE(both<LateTwice>(R"({"customer":"c","later":1})").is_read);
    // The default of a field is not that of the parts within it.
    REQUIRE_THAT(both<LateTwice>(R"({"box":{}})").text, ContainsSubstring(R"("box":{"color":1,"width":3})"));
    REQUIRE_THAT(both<LateTwice>(R"({"boxes":[{},{"width":4}]})").text, ContainsSubstring(R"({"color":1,"width":4})"));
    REQUIRE_THAT(
        both<LateTwice>(R"({"rebate":null,"parts":[]})").text, ContainsSubstring(R"("parts":[],"rebate":null)")
    );
    for (std::string const text : {
             R"({"retries":300})",
             R"({"retries":null})",
             R"({"customer":1})",
             R"({"customer":"a","customer":"a"})",
             R"({"box":[]})",
             R"({"box":null})",
             R"({"later":1,"later":1})",
             R"([])",
             R"(null)",
             R"({)",
         }) {
        REQUIRE_FALSE(both<LateTwice>(text).is_read);
    }
    auto const by_tree = nlohmann::json::parse(R"({"box":{}})").get<ListedLate>();
    REQUIRE(by_tree.box.width == 3);
    REQUIRE(by_tree.retries == 3);
}

} // namespace json_tests::fields
