// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CRC32C_HPP
#define ANNALS_DETAIL_CRC32C_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace annals::detail {

#if defined(__x86_64__) && defined(__GNUC__)
/// The processor's own instruction for this polynomial.
__attribute__((target("sse4.2"))) inline std::uint32_t
crc32c_by_instruction(std::uint32_t state, char const* at, std::size_t size) noexcept {
    std::uint64_t wide = state;
    for (; size >= 8; size -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    state = static_cast<std::uint32_t>(wide);
    for (; size > 0; --size, ++at) {
        state = __builtin_ia32_crc32qi(state, static_cast<unsigned char>(*at));
    }
    return state;
}
#endif

/// A running CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, as in RFC 3720, appendix B.4).
///
/// Texts are entered with their length, so that ("ab", "c") and ("a", "bc") differ. Eight bytes a step by eight
/// tables ("slicing-by-8", Kounavis and Berry, 2005).
class Crc32c {
public:
    constexpr void add(std::string_view text) noexcept {
        add(static_cast<std::uint64_t>(text.size()));
#if defined(__x86_64__) && defined(__GNUC__)
        if (!std::is_constant_evaluated() && __builtin_cpu_supports("sse4.2")) {
            state_ = crc32c_by_instruction(state_, text.data(), text.size());
            return;
        }
#endif
        std::size_t at = 0;
        for (; at + 8 <= text.size(); at += 8) {
            std::uint64_t word = 0;
            for (unsigned i = 0; i < 8; ++i) {
                word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at + i])) << (8U * i);
            }
            add_word(word);
        }
        for (; at < text.size(); ++at) {
            state_ = (state_ >> 8U) ^ tables[0][(state_ ^ static_cast<unsigned char>(text[at])) & 0xFFU];
        }
    }
    constexpr void add(std::uint64_t number) noexcept { add_word(number); }
    constexpr void add(std::int64_t number) noexcept { add_word(static_cast<std::uint64_t>(number)); }

    [[nodiscard]] constexpr std::uint32_t value() const noexcept { return ~state_; }

private:
    using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

    [[nodiscard]] static constexpr Tables make_tables() noexcept {
        Tables t{};
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            std::uint32_t crc = byte;
            for (int bit = 0; bit < 8; ++bit) {
                crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
            }
            t[0][byte] = crc;
        }
        for (std::size_t k = 1; k < 8; ++k) {
            for (std::size_t byte = 0; byte < 256; ++byte) {
                t[k][byte] = (t[k - 1][byte] >> 8U) ^ t[0][t[k - 1][byte] & 0xFFU];
            }
        }
        return t;
    }

    constexpr void add_word(std::uint64_t word) noexcept {
        word ^= state_;
        state_ = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            state_ ^= tables[7 - i][(word >> (8U * i)) & 0xFFU];
        }
    }

    static Tables const tables;

    std::uint32_t state_ = 0xFFFFFFFFU;
};

inline constexpr Crc32c::Tables Crc32c::tables = Crc32c::make_tables();

} // namespace annals::detail

#endif // ANNALS_DETAIL_CRC32C_HPP
