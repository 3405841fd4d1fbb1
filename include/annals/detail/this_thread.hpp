// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_THIS_THREAD_HPP
#define ANNALS_DETAIL_THIS_THREAD_HPP

#include <cerrno>
#include <chrono>
#include <time.h>

// What is needed of <thread> where no thread is started: with <stop_token> and <semaphore> it is 1,400 lines dear.

namespace annals::detail {

/// Tells a thread from all others that run.
using ThreadMark = void const*;

inline thread_local constinit char thread_mark = 0;

[[nodiscard]] inline ThreadMark this_thread() noexcept { return &thread_mark; }

/// Blocks the calling thread for at least so long.
inline void sleep_for(std::chrono::nanoseconds time) noexcept {
    if (time <= time.zero()) {
        return;
    }
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    timespec left{};
    left.tv_sec = static_cast<decltype(left.tv_sec)>(seconds.count());
    left.tv_nsec = static_cast<decltype(left.tv_nsec)>((time - seconds).count());
    while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_THIS_THREAD_HPP
