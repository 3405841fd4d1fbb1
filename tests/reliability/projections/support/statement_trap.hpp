// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_STATEMENT_TRAP_HPP
#define ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_STATEMENT_TRAP_HPP

#include <annals/postgres.hpp>
#include <annals/sqlite.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <libpq-fe.h>
#include <sys/types.h>
#include <unistd.h>

namespace reliability {

/// Kills this process at one of the statements that it sends, or between two.
///
/// SQLite: before the statement begins, COMMIT among them. PostgreSQL: at one of the messages to and from the server.
class StatementTrap {
public:
    /// For the process: so many more pass. None is counted before `watch`.
    static void set(std::int64_t statements) { left_ = statements; }

    static void watch(annals::sqlite::Transaction& transaction) {
        auto const begins = [](unsigned, void*, void*, void*) {
            pass();
            return 0;
        };
        sqlite3_trace_v2(transaction.handle(), SQLITE_TRACE_STMT, begins, nullptr);
    }

    static void watch(annals::postgres::Transaction& transaction) {
        static std::FILE* const messages = open_log();
        PQtrace(transaction.handle(), messages);
    }

private:
    static void pass() {
        if (left_-- == 0) {
            ::kill(::getpid(), SIGKILL);
        }
    }

    /// A file in which each line counts.
    static std::FILE* open_log() {
        ::cookie_io_functions_t functions{};
        functions.write = [](void*, char const* text, std::size_t size) {
            for (auto lines = std::count(text, text + size, '\n'); lines > 0; --lines) {
                pass();
            }
            return static_cast<::ssize_t>(size);
        };
        std::FILE* const file = ::fopencookie(nullptr, "w", functions);
        std::setvbuf(file, nullptr, _IONBF, 0);
        return file;
    }

    static inline std::int64_t left_ = -1;
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_STATEMENT_TRAP_HPP
