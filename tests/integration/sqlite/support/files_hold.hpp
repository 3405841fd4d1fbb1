// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FILES_HOLD_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FILES_HOLD_HPP

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace integration {

/// Whether a database file, or its write-ahead log, holds the text anywhere; it may be open.
///
/// Another process looks: by closing a file this one would lose its locks on it.
[[nodiscard]] inline bool files_hold(std::string const& path, std::string const& text) {
    // GREP answers 0 for a hit, 1 for none, 2 for an error; there need not be a log.
    std::string const look =
        "log='" + path + "-wal'; [ -e \"$log\" ] || log=; grep -aqF '" + text + "' '" + path + "' $log";
    int const status = std::system(look.c_str());
    if (status != 0 && status != 256) {
        throw std::runtime_error{"cannot search the files of " + path};
    }
    return status == 0;
}

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FILES_HOLD_HPP
