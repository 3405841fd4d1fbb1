// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_STOPWATCH_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_STOPWATCH_HPP

#include <chrono>

namespace integration::postgres {

/// How long something took.
class Stopwatch {
public:
    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
    }

private:
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_STOPWATCH_HPP
