// SPDX-License-Identifier: MIT

#include <annals/detail/crc32c.hpp>
#include <tests/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

using annals::detail::Crc32c;

namespace {

/// Bit by bit, as the standard defines it.
std::uint32_t reference(std::string const& bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (char const c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
        }
    }
    return ~crc;
}

std::string little_endian(std::uint64_t number) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i) {
        bytes += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
    }
    return bytes;
}

template <class... Parts>
std::uint32_t crc_of(Parts const&... parts) {
    Crc32c crc;
    (crc.add(parts), ...);
    return crc.value();
}

} // namespace

TEST_CASE("crc32c: the examples of RFC 3720") {
    std::uint64_t const zeros = 0;
    std::uint64_t const ones = ~zeros;
    CHECK(crc_of(zeros, zeros, zeros, zeros) == 0x8A9136AAU);
    CHECK(crc_of(ones, ones, ones, ones) == 0x62A8AB43U);
    CHECK(
        crc_of(
            std::uint64_t{0x0706050403020100U},
            std::uint64_t{0x0F0E0D0C0B0A0908U},
            std::uint64_t{0x1716151413121110U},
            std::uint64_t{0x1F1E1D1C1B1A1918U}
        ) == 0x46DD794EU
    );
    CHECK(reference("123456789") == 0xE3069283U);
    CHECK(Crc32c{}.value() == 0);
}

TEST_CASE("crc32c: a text is its length and its bytes") {
    std::mt19937 random{3720};
    for (std::size_t size = 0; size < 70; ++size) {
        std::string text;
        while (text.size() < size) {
            text += static_cast<char>(static_cast<unsigned char>(random()));
        }
        CHECK(crc_of(std::string_view{text}) == reference(little_endian(size) + text));
        CHECK(
            crc_of(std::int64_t{-1}, std::string_view{text}, std::string_view{"x"}) ==
            reference(little_endian(~std::uint64_t{0}) + little_endian(size) + text + little_endian(1) + "x")
        );
    }
}

TEST_CASE("crc32c: where one text ends and the next begins makes a difference") {
    using std::string_view;
    CHECK(crc_of(string_view{"ab"}, string_view{"c"}) != crc_of(string_view{"a"}, string_view{"bc"}));
    CHECK(crc_of(string_view{"ab"}, string_view{""}) != crc_of(string_view{""}, string_view{"ab"}));
    CHECK(crc_of(string_view{""}) != crc_of(string_view{""}, string_view{""}));
}

TEST_CASE("crc32c: what the compiler computes is what the processor's instruction does", "[crc32c]") {
    // While it compiles, the code goes through its tables, as on processors without the instruction.
    static constexpr std::string_view text = "The quick brown fox jumps over the lazy dog, \x01\xFF 13 times";
    static constexpr std::array<std::uint32_t, 30> at_compile_time = [] {
        std::array<std::uint32_t, 30> sums{};
        for (std::size_t size = 0; size < sums.size(); ++size) {
            Crc32c crc;
            crc.add(text.substr(size / 2, size));
            crc.add(std::uint64_t{size});
            sums[size] = crc.value();
        }
        return sums;
    }();
    for (std::size_t size = 0; size < at_compile_time.size(); ++size) {
        CHECK(crc_of(text.substr(size / 2, size), std::uint64_t{size}) == at_compile_time[size]);
    }
}
