// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_ERROR_HPP
#define ANNALS_SQLITE_ERROR_HPP

#include <annals/stream_error.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace annals::sqlite {

/// Throws what an SQLite result code means.
///
/// @param code   an extended result code
/// @param doing  what was tried, for the message
/// @throws CorruptData  if the file is damaged or no database
/// @throws StoreError   otherwise, with the code as `native_code()`; transient if the database was busy
[[noreturn]] inline void throw_error(int code, std::string_view doing, std::string_view detail = {}) {
    int const primary = code & 0xFF;
    std::string message = "SQLite could not " + std::string{doing} + ": " + sqlite3_errstr(code);
    if (!detail.empty() && detail != sqlite3_errstr(code)) {
        message.append(" (").append(detail).append(")");
    }
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        throw CorruptData{message};
    }
    throw StoreError{
        "annals: " + message,
        std::to_string(code),
        primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL
    };
}

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_ERROR_HPP
