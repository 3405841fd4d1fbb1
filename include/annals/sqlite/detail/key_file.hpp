// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_KEY_FILE_HPP
#define ANNALS_SQLITE_DETAIL_KEY_FILE_HPP

#include <annals/detail/id_bytes.hpp>
#include <annals/detail/new_subject_key.hpp>
#include <annals/sqlite/error.hpp>
#include <annals/sqlite/statement.hpp>
#include <annals/stream_error.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace annals::sqlite::detail {

/// The file of an `SqliteKeyStore` on a connection of its own. Thread-safe.
class KeyFile {
public:
    KeyFile(std::string const& path, std::chrono::milliseconds busy_timeout)
        : database_{opened(path, busy_timeout)},
          by_id_{database_.get(), "SELECT key_id, key FROM subject_keys WHERE key_id = ?1"},
          by_subject_{database_.get(), "SELECT key_id, key FROM subject_keys WHERE subject = ?1"},
          add_{
              database_.get(),
              "INSERT INTO subject_keys (key_id, subject, key, made_at) "
              "VALUES (?1, ?2, CAST(?3 AS BLOB), CAST(strftime('%s', 'now') AS INTEGER))"
          },
          remove_{database_.get(), "DELETE FROM subject_keys WHERE subject = ?1"} {}

    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) {
        std::lock_guard const lock{mutex_};
        return read(by_id_, id);
    }

    [[nodiscard]] SubjectKey key_for(std::string_view subject) {
        std::lock_guard const lock{mutex_};
        if (auto const key = read(by_subject_, subject)) {
            return *key;
        }
        Transaction transaction{database_.get()};
        // Another process may have made it in between.
        std::optional<SubjectKey> key = read(by_subject_, subject);
        if (!key) {
            key = annals::detail::new_subject_key();
            std::string_view const bytes{reinterpret_cast<char const*>(key->bytes.data()), key->bytes.size()};
            run(add_, key->id, subject, bytes);
        }
        transaction.commit();
        return *key;
    }

    bool remove(std::string_view subject) {
        std::lock_guard const lock{mutex_};
        run(remove_, subject);
        bool const is_removed = sqlite3_changes(database_.get()) > 0;
        // Cells that have moved when pages were balanced leave copies behind, which secure_delete does not know of.
        execute(database_.get(), "VACUUM");
        return is_removed;
    }

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
    };
    using Database = std::unique_ptr<sqlite3, Close>;

    /// Holds the right to write from the beginning, so that no reader has to become a writer.
    class Transaction {
    public:
        explicit Transaction(sqlite3* database) : database_{database} { execute(database_, "BEGIN IMMEDIATE"); }
        Transaction(Transaction const&) = delete;
        Transaction& operator=(Transaction const&) = delete;
        ~Transaction() {
            if (sqlite3_get_autocommit(database_) == 0) {
                sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
            }
        }
        void commit() { execute(database_, "COMMIT"); }

    private:
        sqlite3* database_;
    };

    static constexpr std::int64_t application_id = 0x616E6B79;
    static constexpr std::string_view table = R"(CREATE TABLE subject_keys (
    key_id  BLOB    PRIMARY KEY CHECK (length(key_id) = 16),
    subject TEXT    NOT NULL UNIQUE,
    key     BLOB    NOT NULL CHECK (length(key) = 32),
    made_at INTEGER NOT NULL -- seconds since 1970, UTC
) STRICT, WITHOUT ROWID)";

    static void execute(sqlite3* database, std::string const& sql) {
        int const code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) {
            throw_error(code, "run a statement", sqlite3_errmsg(database));
        }
    }

    [[nodiscard]] static Database opened(std::string const& path, std::chrono::milliseconds busy_timeout) {
        if (path.find('\0') != std::string::npos) {
            throw InvalidInput{"annals: the path of an SQLite file holds a NUL"};
        }
        sqlite3* handle = nullptr;
        int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
        int const code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
        Database database{handle};
        if (code != SQLITE_OK) {
            throw_error(code, "open '" + path + "'");
        }
        constexpr std::int64_t longest = (std::numeric_limits<int>::max)();
        sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count() < longest ? busy_timeout.count() : longest));
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        if (number(handle, "PRAGMA application_id") != application_id) {
            make_table(handle, path);
        }
        if (text(handle, "SELECT sql FROM sqlite_schema WHERE name = 'subject_keys'") != table) {
            throw CorruptData{"'" + path + "' is no key store of this version"};
        }
        // A write-ahead log would keep pages as they were before; a rollback journal goes with its transaction.
        if (std::string const mode = text(handle, "PRAGMA journal_mode=DELETE"); mode != "delete" && mode != "memory") {
            throw StoreError{"annals: the key store '" + path + "' cannot be without a write-ahead log", "", false};
        }
        execute(
            handle,
            "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; "
            "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA synchronous=EXTRA; PRAGMA fullfsync=ON"
        );
        return database;
    }

    static void make_table(sqlite3* database, std::string const& path) {
        Transaction transaction{database};
        if (number(database, "PRAGMA application_id") != application_id) {
            if (number(database, "SELECT count(*) FROM sqlite_schema") != 0) {
                throw CorruptData{"'" + path + "' is another database, not a key store"};
            }
            execute(database, "PRAGMA application_id=" + std::to_string(application_id));
            execute(database, std::string{table});
        }
        transaction.commit();
    }

    [[nodiscard]] static std::string text(sqlite3* database, std::string_view sql) {
        Statement statement{database, sql};
        return statement.step() ? std::string{statement.text(0)} : std::string{};
    }
    [[nodiscard]] static std::int64_t number(sqlite3* database, std::string_view sql) {
        Statement statement{database, sql};
        return statement.step() ? statement.integer(0) : 0;
    }

    template <class Value>
    [[nodiscard]] static std::optional<SubjectKey> read(Statement& statement, Value const& value) {
        Rows rows{statement};
        statement.bind(SQLITE_STATIC, value);
        if (!rows.next()) {
            return std::nullopt;
        }
        SubjectKey key{annals::detail::id_from_bytes(rows.text(0)), {}};
        std::string_view const bytes = rows.text(1);
        if (bytes.size() != key.bytes.size()) {
            throw CorruptData{"a key of a data subject is damaged"};
        }
        std::char_traits<char>::copy(reinterpret_cast<char*>(key.bytes.data()), bytes.data(), bytes.size());
        return key;
    }

    template <class... Values>
    static void run(Statement& statement, Values const&... values) {
        Rows rows{statement};
        statement.bind(SQLITE_STATIC, values...);
        while (rows.next()) {
        }
    }

    std::mutex mutex_;
    Database database_;
    Statement by_id_;
    Statement by_subject_;
    Statement add_;
    Statement remove_;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_KEY_FILE_HPP
