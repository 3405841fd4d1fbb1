// SPDX-License-Identifier: MIT

#include <annals/detail/sha256.hpp>
#include <tests/catch.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using annals::detail::Sha256;

namespace {

std::string hex(Sha256::Digest const& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (auto const byte : digest) {
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

std::string sha256(std::string_view text) {
    Sha256 hash;
    hash.add(text);
    return hex(hash.finish());
}

} // namespace

// Examples of FIPS 180 and of NIST's "Secure Hash Standard Validation System" (SHA256ShortMsg, SHA256LongMsg).
TEST_CASE("SHA-256 gives the digests that the standard gives") {
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(
        sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
    CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(sha256("\xd3") == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

TEST_CASE("SHA-256 does not depend on how the bytes come") {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += static_cast<char>(i);
    }
    for (std::size_t length = 0; length <= text.size(); ++length) {
        Sha256 parts;
        for (std::size_t at = 0; at < length; at += 7) {
            parts.add(std::string_view{text}.substr(at, length - at < 7 ? length - at : 7));
        }
        CHECK(hex(parts.finish()) == sha256(std::string_view{text}.substr(0, length)));
    }
}

TEST_CASE("SHA-256 can be taken while compiling") {
    constexpr auto digest = [] {
        Sha256 hash;
        hash.add("abc");
        return hash.finish();
    }();
    static_assert(digest[0] == 0xBA && digest[31] == 0xAD);
    CHECK(digest[1] == 0x78);
}
