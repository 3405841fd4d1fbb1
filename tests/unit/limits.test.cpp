// SPDX-License-Identifier: MIT

#include <annals/limits.hpp>
#include <tests/catch.hpp>

#include <string>

using annals::InvalidInput;
using annals::require_name;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string message_for(std::string const& name) {
    try {
        require_name("event type", name);
        return "";
    } catch (InvalidInput const& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("limits: a refused name is told by what it is for and what is wrong with it") {
    CHECK(message_for("OrderCreated").empty());
    CHECK_THAT(message_for(""), ContainsSubstring("event type") && ContainsSubstring("empty"));
    CHECK_THAT(message_for(std::string(300, 'x')), ContainsSubstring("300 bytes") && ContainsSubstring("255"));
    CHECK_THAT(message_for("Order\nCreated"), ContainsSubstring("control characters"));
    CHECK_THAT(message_for("Order\nCreated"), !ContainsSubstring("Created"));
}
