// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_EXECUTION_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_EXECUTION_HPP

#include <sqlite3.h>

#include <signal.h>

namespace integration {

/// Kills this process when it is about to run its statement number `left`, as long as there is one of these.
class Execution {
public:
    explicit Execution(int statement = 0) {
        kill_before(statement);
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Execution::watch));
    }
    Execution(Execution const&) = delete;
    Execution& operator=(Execution const&) = delete;
    ~Execution() { sqlite3_reset_auto_extension(); }

    /// Counts anew; never kills for number 0.
    static void kill_before(int statement) { left = statement; }

private:
    static int watch(sqlite3* database, char**, void const*) {
        sqlite3_trace_v2(database, SQLITE_TRACE_STMT, &Execution::count, nullptr);
        return SQLITE_OK;
    }
    static int count(unsigned, void*, void*, void*) {
        if (--left == 0) {
            ::raise(SIGKILL);
        }
        return 0;
    }

    static inline int left = 0;
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_EXECUTION_HPP
