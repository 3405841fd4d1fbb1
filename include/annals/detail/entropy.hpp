// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_ENTROPY_HPP
#define ANNALS_DETAIL_ENTROPY_HPP

#include <annals/error.hpp>

#include <cstdint>

#if defined(_WIN32)
#    include <random>
#else
#    include <array>
#    include <cstddef>
#    include <pthread.h>
#    include <sys/random.h>
#    include <unistd.h>
#endif

namespace annals::detail {

#if defined(_WIN32)

/// 64 random bits of the operating system's.
[[nodiscard]] inline std::uint64_t random_bits() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

#else

/// Random bits that the operating system has given to a thread and that are not used yet.
struct RandomSupply {
    std::array<std::uint64_t, 32> words; // 256 bytes, the most that `getentropy` gives at once
    std::size_t left;
};

inline thread_local constinit RandomSupply random_supply{};

/// @throws Error  if the operating system has no random bits to give
inline void refill_random_supply() {
    auto const require = [](bool is_done) {
        if (!is_done) {
            throw Error{"annals: the operating system has no random bits to give"};
        }
        return true;
    };
    // A child of `fork` must not use the bits that its parent uses too. It has no thread but the one that forked.
    [[maybe_unused]] static bool const is_dropped_by_fork =
        require(::pthread_atfork(nullptr, nullptr, [] { random_supply.left = 0; }) == 0);
    require(::getentropy(random_supply.words.data(), sizeof random_supply.words) == 0);
    random_supply.left = random_supply.words.size();
}

/// 64 random bits of the operating system's, each used once, in a child of `fork` as well.
/// @throws Error  if there are none to be had
[[nodiscard]] inline std::uint64_t random_bits() {
    if (random_supply.left == 0) {
        refill_random_supply();
    }
    return random_supply.words[--random_supply.left];
}

#endif

} // namespace annals::detail

#endif // ANNALS_DETAIL_ENTROPY_HPP
