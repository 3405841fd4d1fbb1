// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_ENCODED_PAYLOADS_HPP
#define ANNALS_TESTS_CONTRACT_ENCODED_PAYLOADS_HPP

#include <annals/encoded_payload.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace annals_tests {

/// What the fixtures of stores of encoded events have in common.
struct EncodedPayloads {
    [[nodiscard]] static annals::EncodedPayload payload(std::size_t n) {
        std::array<char const*, 3> const types{"OrderCreated", "ItemAdded", "OrderShipped"};
        return {types[n % types.size()], 1 + static_cast<int>(n % 2), "{\"n\":" + std::to_string(n) + "}"};
    }
    [[nodiscard]] static bool is_same_payload(annals::EncodedPayload const& a, annals::EncodedPayload const& b) {
        return a == b;
    }
    [[nodiscard]] static annals::EncodedPayload state(std::size_t n) { return payload(n); }
    [[nodiscard]] static bool is_same_state(annals::EncodedPayload const& a, annals::EncodedPayload const& b) {
        return a == b;
    }
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_ENCODED_PAYLOADS_HPP
