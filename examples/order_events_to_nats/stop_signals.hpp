// SPDX-License-Identifier: MIT

#ifndef ORDER_EVENTS_TO_NATS_STOP_SIGNALS_HPP
#define ORDER_EVENTS_TO_NATS_STOP_SIGNALS_HPP

#include <csignal>
#include <ctime>

/// SIGINT and SIGTERM, which end nothing by themselves from when this is made. Make it before the first thread.
class StopSignals {
public:
    StopSignals() {
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGINT);
        ::sigaddset(&signals_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    }

    /// Waits for one. @returns false if none comes in a tenth of a second
    [[nodiscard]] bool wait() const {
        constexpr std::timespec tenth{0, 100'000'000};
        return ::sigtimedwait(&signals_, nullptr, &tenth) > 0;
    }

private:
    ::sigset_t signals_{};
};

#endif // ORDER_EVENTS_TO_NATS_STOP_SIGNALS_HPP
