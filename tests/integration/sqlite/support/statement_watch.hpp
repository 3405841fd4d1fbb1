// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_STATEMENT_WATCH_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_STATEMENT_WATCH_HPP

#include <sqlite3.h>

#include <set>
#include <string>

namespace integration {

/// Watches what the connections run that are opened while it is there. One thread; outlives them.
class StatementWatch {
public:
    StatementWatch() {
        begin();
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(&StatementWatch::watch));
    }
    StatementWatch(StatementWatch const&) = delete;
    StatementWatch& operator=(StatementWatch const&) = delete;
    ~StatementWatch() { sqlite3_reset_auto_extension(); }

    /// Forgets what was run until now.
    void begin() {
        steps_ = 0;
        statements_.clear();
    }

    /// How many instructions of SQLite's machine have been run: a figure that is the same each time.
    [[nodiscard]] long steps() const { return steps_; }

    /// The texts of the statements.
    [[nodiscard]] std::set<std::string> const& statements() const { return statements_; }

private:
    static int watch(sqlite3* database, char**, void const*) {
        return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, &StatementWatch::add, nullptr);
    }
    static int add(unsigned, void*, void* finished, void*) {
        auto* const statement = static_cast<sqlite3_stmt*>(finished);
        steps_ += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
        statements_.insert(sqlite3_sql(statement));
        return 0;
    }

    static inline long steps_ = 0;
    static inline std::set<std::string> statements_{};
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_STATEMENT_WATCH_HPP
