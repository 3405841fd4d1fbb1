// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_ENTROPY_HPP
#define ANNALS_DETAIL_ENTROPY_HPP

#include <annals/error.hpp>

#include <cstdint>

#if defined(_WIN32)
#    include <random>
#else
#    include <sys/random.h>
#    include <unistd.h>
#endif

namespace annals::detail {

/// 64 random bits straight from the operating system; no state in this process, hence none to inherit by `fork`.
/// @throws Error  if there are none to be had
[[nodiscard]] inline std::uint64_t random_bits() {
#if defined(_WIN32)
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
#else
    std::uint64_t bits = 0;
    if (::getentropy(&bits, sizeof bits) != 0) {
        throw Error{"annals: the operating system has no random bits to give"};
    }
    return bits;
#endif
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_ENTROPY_HPP
