// SPDX-License-Identifier: MIT

#ifndef ORDERS_FINGERPRINT_HPP
#define ORDERS_FINGERPRINT_HPP

#include <cstdint>
#include <string_view>

namespace orders {

/// 64 bits that stand for a few values: equal ones for equal values, and different ones for any others that will
/// ever be met in one order.
class Fingerprint {
public:
    Fingerprint& add(std::string_view text) noexcept {
        add(static_cast<std::int64_t>(text.size())); // so that "ab", "c" differs from "a", "bc"
        for (char const c : text) {
            add_byte(static_cast<unsigned char>(c));
        }
        return *this;
    }
    Fingerprint& add(std::int64_t number) noexcept {
        auto bits = static_cast<std::uint64_t>(number);
        for (int i = 0; i < 8; ++i, bits >>= 8U) {
            add_byte(static_cast<unsigned char>(bits & 0xFFU));
        }
        return *this;
    }

    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    // FNV-1a
    void add_byte(unsigned char byte) noexcept { value_ = (value_ ^ byte) * 0x100000001b3U; }

    std::uint64_t value_ = 0xcbf29ce484222325U;
};

} // namespace orders

#endif // ORDERS_FINGERPRINT_HPP
