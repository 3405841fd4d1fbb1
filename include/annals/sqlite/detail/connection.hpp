// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_CONNECTION_HPP
#define ANNALS_SQLITE_DETAIL_CONNECTION_HPP

#include <annals/detail/entropy.hpp>
#include <annals/detail/this_thread.hpp>
#include <annals/sqlite/options.hpp>
#include <annals/sqlite/statement.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#if SQLITE_VERSION_NUMBER < 3037000
#    error "annals: the SQLite adapter needs SQLite 3.37 or later (STRICT tables)"
#endif

namespace annals::sqlite::detail {

/// One connection with its settings made, and the statements that were prepared on it. One thread at a time.
class Connection {
public:
    enum class Role : std::uint8_t {
        founder, ///< a writer that makes the file if there is none
        writer,  ///< writes, and moves the log into the database file now and then
        reader   ///< reads only
    };

    /// @throws StoreError, CorruptData  if the file cannot be opened, or is no database
    Connection(std::string const& path, Options const& options, Role role) : busy_timeout_{options.busy_timeout} {
        if (path.find('\0') != std::string::npos) {
            throw InvalidInput{"annals: the path of an SQLite file holds a NUL"};
        }
        int const flags = SQLITE_OPEN_READWRITE | (role == Role::founder ? SQLITE_OPEN_CREATE : 0) |
                          SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
        int const code = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
        try {
            if (code != SQLITE_OK) {
                throw_error(code, "open '" + path + "'");
            }
            configure(path, options, role);
        } catch (...) {
            sqlite3_close_v2(database_);
            throw;
        }
    }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection() {
        statements_.clear();
        sqlite3_close_v2(database_);
    }

    [[nodiscard]] sqlite3* handle() const noexcept { return database_; }

    /// Runs one or several statements without parameters or results.
    void execute(std::string const& sql) {
        int const code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) {
            throw_error(code, "run a statement", sqlite3_errmsg(database_));
        }
    }

    /// The statement of that text, prepared on first use.
    [[nodiscard]] Statement& prepare(std::string_view sql) {
        auto found = statements_.find(sql);
        if (found == statements_.end()) {
            found = statements_.emplace(std::string{sql}, Statement{database_, sql}).first;
        }
        return found->second;
    }

    /// The values need not outlive the call.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        return bind(SQLITE_TRANSIENT, sql, values...);
    }

    template <class... Values>
    void run(std::string_view sql, Values const&... values) {
        Rows rows = bind(SQLITE_STATIC, sql, values...);
        while (rows.next()) {
        }
    }

    [[nodiscard]] bool is_in_transaction() const noexcept { return sqlite3_get_autocommit(database_) == 0; }

private:
    template <class... Values>
    [[nodiscard]] Rows bind(sqlite3_destructor_type keep, std::string_view sql, Values const&... values) {
        Statement& statement = prepare(sql);
        Rows rows{statement};
        statement.bind(keep, values...);
        return rows;
    }

    void configure(std::string const& path, Options const& options, Role role) {
        sqlite3_busy_handler(database_, &Connection::wait_while_busy, this);
        // Reads the header of the file: the first chance to find that it is no database.
        int const code = sqlite3_exec(database_, "PRAGMA schema_version", nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) {
            throw_error(code, "open '" + path + "'");
        }
        if (Statement encoding{database_, "PRAGMA encoding"}; !encoding.step() || encoding.text(0) != "UTF-8") {
            throw CorruptData{"'" + path + "' is a database that does not keep its texts as UTF-8"};
        }
        sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        if (sqlite3_db_readonly(database_, "main") == 1) {
            throw_error(SQLITE_READONLY, "open '" + path + "' to write");
        }
        // A read error must be an error, not the signal that a memory-mapped file gives.
        execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0");
        set_journal_mode(path);
        if (options.durability == Durability::power_loss_safe) {
            // Without fullfsync a Mac leaves what was synced in the cache of its disk; elsewhere it changes nothing.
            execute("PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON");
        } else {
            execute("PRAGMA synchronous=NORMAL");
        }
        if (role != Role::reader) {
            // What is freed is overwritten, so that a truncation finds no copy of an event elsewhere.
            execute("PRAGMA secure_delete=FAST");
        }
        if (role == Role::reader) {
            execute("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0");
        }
    }

    /// Several processes that open a new file at once may find it busy here even with a busy handler.
    void set_journal_mode(std::string const& path) {
        for (int tries = 0;; ++tries) {
            try {
                Statement statement{database_, "PRAGMA journal_mode=WAL"};
                bool const is_wal = statement.step() && statement.text(0) == "wal";
                if (!is_wal && path != ":memory:") {
                    throw StoreError{"annals: '" + path + "' cannot have a write-ahead log", "", false};
                }
                return;
            } catch (StoreError const& error) {
                if (!error.is_transient() || wait_while_busy(this, tries) == 0) {
                    throw;
                }
            }
        }
    }

    /// Short random waits up to the timeout. SQLite's own handler sleeps up to 100 ms at a time; among writers that
    /// never pause it would often find the lock taken again and give up with time left.
    static int wait_while_busy(void* self, int tries) {
        using std::chrono::steady_clock;
        auto& connection = *static_cast<Connection*>(self);
        auto const now = steady_clock::now();
        if (tries == 0) {
            connection.busy_since_ = now;
        }
        // In the coarser unit: a timeout "for ever" has no place in nanoseconds.
        if (std::chrono::duration_cast<std::chrono::milliseconds>(now - connection.busy_since_) >=
            connection.busy_timeout_) {
            return 0;
        }
        std::uint64_t bits = 0;
        try {
            bits = annals::detail::random_bits();
        } catch (Error const&) {
            bits = static_cast<std::uint64_t>(tries); // no exception may cross SQLite's C code
        }
        annals::detail::sleep_for(std::chrono::microseconds{100 + bits % 900});
        return 1;
    }

    std::chrono::milliseconds busy_timeout_;
    std::chrono::steady_clock::time_point busy_since_;
    sqlite3* database_ = nullptr;
    std::map<std::string, Statement, std::less<>> statements_;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_CONNECTION_HPP
