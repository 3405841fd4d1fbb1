// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_STATEMENT_HPP
#define ANNALS_SQLITE_STATEMENT_HPP

#include <annals/event_id.hpp>
#include <annals/sqlite/error.hpp>

#include <sqlite3.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::sqlite {

/// A prepared statement. One thread at a time.
class Statement {
public:
    /// @throws StoreError  if the SQL is not right
    /// @throws UsageError  if it is not one statement: what follows would never run
    Statement(sqlite3* database, std::string_view sql) {
        char const* rest = nullptr;
        int const code = sqlite3_prepare_v3(
            database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement_, &rest
        );
        if (code != SQLITE_OK) {
            throw_error(code, "prepare a statement", sqlite3_errmsg(database));
        }
        auto const used = static_cast<std::size_t>(rest - sql.data());
        if (statement_ == nullptr || sql.find_first_not_of(" \t\r\n;", used) != std::string_view::npos) {
            sqlite3_finalize(statement_);
            throw UsageError{"annals: give one SQL statement; execute() runs several"};
        }
    }
    Statement(Statement&& other) noexcept : statement_{std::exchange(other.statement_, nullptr)} {}
    Statement(Statement const&) = delete;
    Statement& operator=(Statement const&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    /// Gives values to the parameters `?1`, `?2`, ...: integers, floating point, texts, event ids, `nullptr`. A vector
    /// of texts stands for as many values.
    ///
    /// @param keep  SQLITE_STATIC if texts and ids live until the statement has run, else SQLITE_TRANSIENT to copy them
    /// @throws UsageError  if there are more or fewer values than parameters: those of the last run would stay
    template <class... Values>
    void bind(sqlite3_destructor_type keep, Values const&... values) {
        if (sqlite3_bind_parameter_count(statement_) != (count_of(values) + ... + 0)) {
            throw UsageError{"annals: an SQL statement needs as many values as it has parameters"};
        }
        keep_ = keep;
        [[maybe_unused]] int index = 0;
        (bind_next(index, values), ...);
    }

    /// Runs on to the next row. @returns whether there is one @throws StoreError
    bool step() {
        int const code = sqlite3_step(statement_);
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            fail(code);
        }
        return code == SQLITE_ROW;
    }

    /// Makes it ready to run again.
    void reset() noexcept { sqlite3_reset(statement_); }

    [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
    /// The bytes of a text or a blob, NUL included; valid until the next step.
    [[nodiscard]] std::string_view text(int column) const {
        // The value itself is for one thread at a time, as all of this is, and finds the column once for both.
        sqlite3_value* const value = sqlite3_column_value(statement_, column);
        auto const* const bytes = static_cast<char const*>(sqlite3_value_blob(value));
        return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
    }

private:
    template <class Value>
    [[nodiscard]] static int count_of(Value const&) noexcept {
        return 1;
    }
    [[nodiscard]] static int count_of(std::vector<std::string> const& texts) noexcept {
        return static_cast<int>(texts.size());
    }

    template <class Value>
    void bind_next(int& index, Value const& value) {
        bind_one(++index, value);
    }
    void bind_next(int& index, std::vector<std::string> const& texts) {
        for (std::string const& text : texts) {
            bind_one(++index, text);
        }
    }

    template <std::integral Integer>
    void bind_one(int index, Integer value) {
        if (value > 0 && static_cast<std::int64_t>(value) < 0) {
            throw InvalidInput{"annals: an integer is beyond the 64 bits with sign of SQLite"};
        }
        check(sqlite3_bind_int64(statement_, index, static_cast<std::int64_t>(value)));
    }
    void bind_one(int index, double value) { check(sqlite3_bind_double(statement_, index, value)); }
    void bind_one(int index, std::nullptr_t) { check(sqlite3_bind_null(statement_, index)); }
    void bind_one(int index, std::string_view value) {
        // SQLite takes a null pointer for NULL, and an empty view may hold one.
        char const* const bytes = value.data() == nullptr ? "" : value.data();
        check(sqlite3_bind_text64(statement_, index, bytes, value.size(), keep_, SQLITE_UTF8));
    }
    void bind_one(int index, EventId const& value) {
        check(sqlite3_bind_blob(statement_, index, &*value.begin(), 16, keep_));
    }

    void check(int code) {
        if (code != SQLITE_OK) {
            fail(code);
        }
    }
    [[noreturn]] void fail(int code) {
        // What SQLite says of a failed step names tables and columns, never values.
        std::string const detail = sqlite3_errmsg(sqlite3_db_handle(statement_));
        reset();
        throw_error(code, "run a statement", detail);
    }

    sqlite3_stmt* statement_ = nullptr;
    sqlite3_destructor_type keep_ = SQLITE_STATIC;
};

/// The rows of a running query, one at a time. Ends the query when it goes out of scope.
class Rows {
public:
    explicit Rows(Statement& statement) noexcept : statement_{&statement} {}
    Rows(Rows&& other) noexcept : statement_{std::exchange(other.statement_, nullptr)} {}
    Rows(Rows const&) = delete;
    Rows& operator=(Rows const&) = delete;
    Rows& operator=(Rows&&) = delete;
    ~Rows() {
        if (statement_ != nullptr) {
            statement_->reset();
        }
    }

    /// Goes to the next row. @returns false behind the last
    [[nodiscard]] bool next() {
        // SQLite would start again from the first row.
        has_more_ = has_more_ && statement_->step();
        return has_more_;
    }

    [[nodiscard]] bool is_null(int column) const { return statement_->is_null(column); }
    [[nodiscard]] std::int64_t integer(int column) const { return statement_->integer(column); }
    [[nodiscard]] double real(int column) const { return statement_->real(column); }
    /// The bytes of a text or a blob; valid until the next row.
    [[nodiscard]] std::string_view text(int column) const { return statement_->text(column); }

private:
    Statement* statement_;
    bool has_more_ = true;
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_STATEMENT_HPP
