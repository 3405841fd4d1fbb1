// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_PEAK_MEMORY_HPP
#define ANNALS_TESTS_BENCHMARK_PEAK_MEMORY_HPP

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

namespace annals_benchmark {

/// How much memory this process takes at most from now on, above what it has now. Known on Linux alone.
class PeakMemory {
public:
    PeakMemory() {
#if defined(__GLIBC__)
        malloc_trim(0); // or the memory that the last run gave back would serve this one unseen
#endif
        std::ofstream reset{"/proc/self/clear_refs"};
        is_known_ = static_cast<bool>(reset << "5" << std::flush); // the peak so far is forgotten
        before_ = kilobytes_of("VmRSS:");
    }

    /// In bytes; 0 if it is not known.
    [[nodiscard]] double grown() const {
        return is_known_ ? (std::max)(0.0, kilobytes_of("VmHWM:") - before_) * 1'024 : 0;
    }

private:
    [[nodiscard]] static double kilobytes_of(std::string_view field) {
        std::ifstream status{"/proc/self/status"};
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with(field)) {
                double kilobytes = 0;
                std::istringstream{line.substr(field.size())} >> kilobytes;
                return kilobytes;
            }
        }
        return 0;
    }

    bool is_known_ = false;
    double before_ = 0;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_PEAK_MEMORY_HPP
