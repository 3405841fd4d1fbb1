// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_NEW_SUBJECT_KEY_HPP
#define ANNALS_DETAIL_NEW_SUBJECT_KEY_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/detail/entropy.hpp>

#include <cstdint>

namespace annals::detail {

/// A random key with an id of its own.
/// @throws Error  if the operating system has no random bits to give
[[nodiscard]] inline SubjectKey new_subject_key() {
    SubjectKey key{new_event_id(), {}};
    std::uint64_t bits = 0;
    unsigned left = 0;
    for (unsigned char& byte : key.bytes) {
        if (left == 0) {
            bits = random_bits();
            left = 8;
        }
        byte = static_cast<unsigned char>(bits >> (8 * --left));
    }
    return key;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_NEW_SUBJECT_KEY_HPP
