// SPDX-License-Identifier: MIT

#ifndef ORDERS_CONSOLE_HPP
#define ORDERS_CONSOLE_HPP

#include "text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace orders {

/// The standard error stream: complaints, and on a terminal a progress bar below them.
class Console {
public:
    Console() = default;
    Console(Console const&) = delete;
    Console& operator=(Console const&) = delete;
    ~Console() { end(); }

    /// Begins a bar.
    /// @param total  what `advance_to` will come to
    void begin(std::string task, std::uint64_t total) {
        end();
        task_ = std::move(task);
        total_ = total;
        drawn_at_ = {};
    }

    void advance_to(std::uint64_t done) {
        auto const now = std::chrono::steady_clock::now();
        if (!is_terminal_ || now - drawn_at_ < std::chrono::milliseconds{100}) {
            return;
        }
        constexpr std::uint64_t width = 40;
        std::uint64_t const full = total_ == 0 || done > total_ ? width : done * width / total_;
        std::string bar(full, '#');
        bar.resize(width, '.');
        std::cerr << '\r' << task_ << " [" << bar << "] " << full * 100 / width << " % " << std::flush;
        drawn_at_ = now;
        is_drawn_ = true;
    }

    /// Removes the bar.
    void end() {
        if (is_drawn_) {
            std::cerr << "\r\x1b[K" << std::flush;
            is_drawn_ = false;
        }
    }

    /// Writes a line that says what went wrong.
    void complain(std::string_view line) {
        end();
        std::cerr << printable(line) << '\n';
        ++complaints_;
    }

    [[nodiscard]] std::size_t complaints() const noexcept { return complaints_; }

private:
    bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
    std::string task_;
    std::uint64_t total_ = 0;
    std::chrono::steady_clock::time_point drawn_at_;
    bool is_drawn_ = false;
    std::size_t complaints_ = 0;
};

} // namespace orders

#endif // ORDERS_CONSOLE_HPP
