// SPDX-License-Identifier: MIT

#include <annals/metadata.hpp>
#include <tests/catch.hpp>

#include <string>

using annals::InvalidInput;
using annals::Metadata;
using annals::require_valid;

namespace {

Metadata with_extra(std::string key, std::string value) {
    Metadata metadata;
    metadata.extra.emplace(std::move(key), std::move(value));
    return metadata;
}

bool is_valid(Metadata const& metadata) {
    try {
        require_valid(metadata);
        return true;
    } catch (InvalidInput const&) {
        return false;
    }
}

} // namespace

TEST_CASE("metadata: empty and ordinary ones are valid") {
    CHECK(is_valid({}));
    CHECK(is_valid({"request-1", "event-7", "alice", {{"tenant", "a\nb"}, {"trace", ""}}}));
}

TEST_CASE("metadata: every text must be UTF-8 without NUL") {
    for (std::string const& bad : {std::string{"a\0b", 3}, std::string{"\xFF"}, std::string{"\xC3"}}) {
        CHECK_FALSE(is_valid({bad, "", "", {}}));
        CHECK_FALSE(is_valid({"", bad, "", {}}));
        CHECK_FALSE(is_valid({"", "", bad, {}}));
        CHECK_FALSE(is_valid(with_extra("key", bad)));
        CHECK_FALSE(is_valid(with_extra(bad, "value")));
    }
}

TEST_CASE("metadata: free keys obey the limits of names and are none of the fields") {
    CHECK_FALSE(is_valid(with_extra("", "value")));
    CHECK(is_valid(with_extra(std::string(255, 'k'), "value")));
    CHECK_FALSE(is_valid(with_extra(std::string(256, 'k'), "value")));
    CHECK_FALSE(is_valid(with_extra("a\nb", "value")));
    for (char const* const reserved : {"correlation_id", "causation_id", "user"}) {
        CHECK_FALSE(is_valid(with_extra(reserved, "value")));
        CHECK(is_valid(with_extra(std::string{reserved} + "_", "value")));
    }
    CHECK(is_valid(with_extra("User", "value")));
}

TEST_CASE("metadata: all together has at most 64 KiB") {
    constexpr std::size_t most = annals::limits::max_metadata_bytes;
    STATIC_REQUIRE(most == 65'536);
    CHECK(is_valid({"", "", std::string(most, 'u'), {}}));
    CHECK_FALSE(is_valid({"", "", std::string(most + 1, 'u'), {}}));
    CHECK_FALSE(is_valid({"c", "", std::string(most, 'u'), {}}));
    CHECK_FALSE(is_valid({"", "c", std::string(most, 'u'), {}}));
    CHECK(is_valid(with_extra("key", std::string(most - 3, 'v'))));
    CHECK_FALSE(is_valid(with_extra("key", std::string(most - 2, 'v')))); // keys count as well
}

TEST_CASE("metadata: the message names a key but repeats no value") {
    try {
        require_valid(with_extra("user", "secret"));
        FAIL("must be refused");
    } catch (InvalidInput const& error) {
        CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("'user'"));
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
    }
}
