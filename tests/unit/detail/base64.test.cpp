// SPDX-License-Identifier: MIT

#include <annals/detail/base64.hpp>
#include <tests/catch.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>

using annals::detail::from_base64;

namespace {

std::string base64(std::string_view bytes) {
    std::string text;
    annals::detail::append_base64(text, bytes);
    return text;
}

} // namespace

TEST_CASE("base64: the vectors of RFC 4648", "[base64]") {
    for (auto const& [bytes, text] : {
             std::pair{"", ""},
             std::pair{"f", "Zg=="},
             std::pair{"fo", "Zm8="},
             std::pair{"foo", "Zm9v"},
             std::pair{"foob", "Zm9vYg=="},
             std::pair{"fooba", "Zm9vYmE="},
             std::pair{"foobar", "Zm9vYmFy"},
             std::pair{"\xFB\xFF\xBE", "+/++"},
         }) {
        CHECK(base64(bytes) == text);
        CHECK(from_base64(text) == std::string{bytes});
    }
}

TEST_CASE("base64: any bytes come back", "[base64]") {
    std::mt19937 random{7}; // NOLINT(cert-msc51-cpp)
    for (std::size_t size = 0; size < 300; ++size) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(random());
        }
        CHECK(from_base64(base64(bytes)) == bytes);
    }
}

TEST_CASE("base64: bytes have one text only", "[base64]") {
    for (char const* const text : {"Z",          "Zg",       "Zg=",  "Zg===", "Z===", "====", "=",
                                   "Zm9v=",      "Zg==Zg==", "Z=g=", "Zm 9",  "Zm9-", "Zm9_", "Zm9\n",
                                   "Zm\xC3\xA4", "Zh==",     "Zm9=", "Zv==",  "=Zm9", "Z=9v"}) {
        INFO(text);
        CHECK_FALSE(from_base64(text).has_value());
    }
    // Any other text of these bytes would be a flip that nobody notices.
    std::string const text = base64("four bytes and more");
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << bit % 8));
        CHECK(from_base64(flipped) != std::string{"four bytes and more"});
    }
}
