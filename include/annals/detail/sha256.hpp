// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SHA256_HPP
#define ANNALS_DETAIL_SHA256_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace annals::detail {

/// SHA-256 of what is added, as FIPS 180-4 defines it (section numbers below are its).
class Sha256 {
public:
    using Digest = std::array<std::uint8_t, 32>;

    constexpr void add(std::string_view bytes) noexcept {
        for (char const byte : bytes) {
            add_byte(static_cast<std::uint8_t>(byte));
        }
        length_ += bytes.size();
    }

    /// The digest of all that was added. Nothing can be added any more.
    [[nodiscard]] constexpr Digest finish() noexcept {
        std::uint64_t const bits = length_ * 8; // 5.1.1: a one, zeros, and the length in bits
        add_byte(0x80U);
        while (used_ != 56) {
            add_byte(0);
        }
        for (unsigned shift = 64; shift > 0;) {
            shift -= 8;
            add_byte(static_cast<std::uint8_t>(bits >> shift));
        }
        Digest digest{};
        for (std::size_t i = 0; i < digest.size(); ++i) {
            digest[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24U - 8U * (i % 4)));
        }
        return digest;
    }

private:
    using Word = std::uint32_t;

    constexpr void add_byte(std::uint8_t byte) noexcept {
        block_[used_++] = byte;
        if (used_ == block_.size()) {
            take_block();
            used_ = 0;
        }
    }

    constexpr void take_block() noexcept { // 6.2.2
        std::array<Word, 64> w{};
        for (std::size_t t = 0; t < 16; ++t) {
            for (std::size_t i = 0; i < 4; ++i) {
                w[t] = (w[t] << 8U) | block_[4 * t + i];
            }
        }
        for (std::size_t t = 16; t < 64; ++t) {
            Word const s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3U);
            Word const s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10U);
            w[t] = s1 + w[t - 7] + s0 + w[t - 16];
        }
        auto [a, b, c, d, e, f, g, h] = state_;
        for (std::size_t t = 0; t < 64; ++t) {
            Word const sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
            Word const t1 = h + sum1 + ((e & f) ^ (~e & g)) + constants[t] + w[t];
            Word const sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
            Word const t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        std::array<Word, 8> const added{a, b, c, d, e, f, g, h};
        for (std::size_t i = 0; i < added.size(); ++i) {
            state_[i] += added[i];
        }
    }

    static constexpr std::array<Word, 64> constants{
        // 4.2.2
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };

    std::array<Word, 8> state_{
        // 5.3.3
        0x6a09e667,
        0xbb67ae85,
        0x3c6ef372,
        0xa54ff53a,
        0x510e527f,
        0x9b05688c,
        0x1f83d9ab,
        0x5be0cd19,
    };
    std::array<std::uint8_t, 64> block_{};
    std::size_t used_ = 0;
    std::uint64_t length_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_SHA256_HPP
