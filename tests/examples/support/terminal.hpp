// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_TERMINAL_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_TERMINAL_HPP

#include <fcntl.h>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <unistd.h>

namespace examples {

/// A terminal that nobody looks at, for programs that behave otherwise on one.
class Terminal {
public:
    Terminal() : master_{::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)} {
        if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) {
            throw std::runtime_error{"cannot make a terminal"};
        }
        slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
        if (slave_ < 0) {
            throw std::runtime_error{"cannot open a terminal"};
        }
    }
    Terminal(Terminal const&) = delete;
    Terminal& operator=(Terminal const&) = delete;
    ~Terminal() {
        ::close(slave_);
        ::close(master_);
    }

    /// The end for the program.
    [[nodiscard]] int slave() const noexcept { return slave_; }

    /// What has been written on it and not been read yet.
    [[nodiscard]] std::string shown() const {
        std::string text;
        char buffer[4096];
        for (auto count = ::read(master_, buffer, sizeof buffer); count > 0;
             count = ::read(master_, buffer, sizeof buffer)) {
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }

private:
    int master_;
    int slave_;
};

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_TERMINAL_HPP
