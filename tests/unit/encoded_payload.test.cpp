// SPDX-License-Identifier: MIT

#include <annals/encoded_payload.hpp>
#include <tests/catch.hpp>

#include <limits>
#include <string>

using annals::EncodedPayload;
using annals::InvalidInput;

namespace {

bool is_valid(EncodedPayload const& payload) {
    try {
        require_valid(payload);
        return true;
    } catch (InvalidInput const& error) {
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
        return false;
    }
}

} // namespace

TEST_CASE("encoded payload: the type is a name") {
    CHECK(is_valid({"Created", 1, "{}"}));
    CHECK_FALSE(is_valid({"", 1, "secret"}));
    CHECK_FALSE(is_valid({std::string(256, 'x'), 1, "secret"}));
    CHECK_FALSE(is_valid({"Crea\nted", 1, "secret"}));
}

TEST_CASE("encoded payload: schema versions start with 1") {
    CHECK(is_valid({"Created", (std::numeric_limits<std::int32_t>::max)(), ""}));
    CHECK_FALSE(is_valid({"Created", 0, "secret"}));
    CHECK_FALSE(is_valid({"Created", -1, "secret"}));
}

TEST_CASE("encoded payload: the data is UTF-8 without NUL of at most 1 MiB") {
    constexpr std::size_t most = annals::limits::max_payload_bytes;
    STATIC_REQUIRE(most == 1'048'576);
    CHECK(is_valid({"Created", 1, ""}));
    CHECK(is_valid({"Created", 1, std::string(most, 'x')}));
    CHECK_FALSE(is_valid({"Created", 1, std::string(most + 1, 'x')}));
    CHECK_FALSE(is_valid({"Created", 1, std::string{"secret\0", 7}}));
    CHECK_FALSE(is_valid({"Created", 1, "secret\xFF"}));
}
