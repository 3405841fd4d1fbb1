// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_RAW_DATABASE_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_RAW_DATABASE_HPP

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace reliability {

/// A file through SQLite alone, past the library: to look at it, and to damage it.
class RawDatabase {
public:
    explicit RawDatabase(std::string const& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) {
            sqlite3_close(handle_);
            throw std::runtime_error{"cannot open " + path};
        }
    }
    RawDatabase(RawDatabase const&) = delete;
    RawDatabase& operator=(RawDatabase const&) = delete;
    ~RawDatabase() { sqlite3_close(handle_); }

    /// Runs SQL. @returns SQLite's extended result code
    int try_run(std::string const& sql) const {
        sqlite3_extended_result_codes(handle_, 1);
        return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    }

    /// Runs SQL that must succeed.
    void run(std::string const& sql) const {
        if (try_run(sql) != SQLITE_OK) {
            throw std::runtime_error{std::string{sqlite3_errmsg(handle_)} + ": " + sql};
        }
    }

    /// The first column of all rows, joined by line breaks.
    [[nodiscard]] std::string text(std::string const& sql) const {
        std::string result;
        auto const add = [](void* out, int, char** values, char**) {
            auto& text = *static_cast<std::string*>(out);
            text.append(text.empty() ? "" : "\n").append(values[0] == nullptr ? "NULL" : values[0]);
            return 0;
        };
        if (sqlite3_exec(handle_, sql.c_str(), add, &result, nullptr) != SQLITE_OK) {
            throw std::runtime_error{std::string{sqlite3_errmsg(handle_)} + ": " + sql};
        }
        return result;
    }

    [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }

private:
    sqlite3* handle_ = nullptr;
};

/// Whether SQLite itself finds the file whole.
[[nodiscard]] inline bool is_intact(std::string const& path) {
    try {
        return RawDatabase{path}.text("PRAGMA integrity_check") == "ok";
    } catch (std::runtime_error const&) {
        return false;
    }
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_RAW_DATABASE_HPP
