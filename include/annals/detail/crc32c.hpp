// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CRC32C_HPP
#define ANNALS_DETAIL_CRC32C_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace annals::detail {

#if defined(__x86_64__) && defined(__GNUC__)
#    define ANNALS_HAS_CRC32C_INSTRUCTION 1

/// The processor's own instruction for this polynomial, over a text after its length.
__attribute__((target("sse4.2"))) inline std::uint32_t
crc32c_by_instruction(std::uint32_t state, std::string_view text) noexcept {
    char const* at = text.data();
    std::size_t left = text.size();
    auto const take = [&at, &left](auto word) {
        std::char_traits<char>::copy(reinterpret_cast<char*>(&word), at, sizeof word);
        at += sizeof word;
        left -= sizeof word;
        return word;
    };
    std::uint64_t wide = __builtin_ia32_crc32di(state, left);
    while (left >= 8) {
        wide = __builtin_ia32_crc32di(wide, take(std::uint64_t{}));
    }
    state = static_cast<std::uint32_t>(wide);
    if (left >= 4) {
        state = __builtin_ia32_crc32si(state, take(std::uint32_t{}));
    }
    if (left >= 2) {
        state = __builtin_ia32_crc32hi(state, take(std::uint16_t{}));
    }
    if (left == 1) {
        state = __builtin_ia32_crc32qi(state, take(std::uint8_t{}));
    }
    return state;
}
__attribute__((target("sse4.2"))) inline std::uint32_t
crc32c_by_instruction(std::uint32_t state, std::uint64_t number) noexcept {
    return static_cast<std::uint32_t>(__builtin_ia32_crc32di(state, number));
}
#endif

/// Adds a value to the state if the processor has an instruction for it. @returns whether it did; not in the compiler
template <class Value>
constexpr bool crc32c_has_taken([[maybe_unused]] Value value, [[maybe_unused]] std::uint32_t& state) noexcept {
#if defined(ANNALS_HAS_CRC32C_INSTRUCTION)
    if (!std::is_constant_evaluated() && __builtin_cpu_supports("sse4.2")) {
        state = crc32c_by_instruction(state, value);
        return true;
    }
#endif
    return false;
}

/// A running CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, as in RFC 3720, appendix B.4).
///
/// Texts are entered with their length, so that ("ab", "c") and ("a", "bc") differ. Eight bytes a step by eight
/// tables ("slicing-by-8", Kounavis and Berry, 2005).
class Crc32c {
public:
    constexpr void add(std::string_view text) noexcept {
        if (!crc32c_has_taken(text, state_)) {
            add_by_tables(text);
        }
    }
    constexpr void add(std::uint64_t number) noexcept {
        if (!crc32c_has_taken(number, state_)) {
            add_by_tables(number);
        }
    }
    constexpr void add(std::int64_t number) noexcept { add(static_cast<std::uint64_t>(number)); }

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

    constexpr void add_by_tables(std::string_view text) noexcept {
        add_by_tables(static_cast<std::uint64_t>(text.size()));
        std::size_t at = 0;
        for (; at + 8 <= text.size(); at += 8) {
            std::uint64_t word = 0;
            for (unsigned i = 0; i < 8; ++i) {
                word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at + i])) << (8U * i);
            }
            add_by_tables(word);
        }
        for (; at < text.size(); ++at) {
            state_ = (state_ >> 8U) ^ tables[0][(state_ ^ static_cast<unsigned char>(text[at])) & 0xFFU];
        }
    }
    constexpr void add_by_tables(std::uint64_t word) noexcept {
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
