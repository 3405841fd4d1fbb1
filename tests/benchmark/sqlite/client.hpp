// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_CLIENT_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_CLIENT_HPP

#include <annals/event_id.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

// The C API by hand, as somebody would use it who needs speed and no library.

namespace annals_benchmark {

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

class SqliteClient {
public:
    /// With the settings of the library's connections.
    explicit SqliteClient(std::string const& path) {
        sqlite3* database = nullptr;
        int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
        int const code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
        database_.reset(database);
        require(code == SQLITE_OK);
        run("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA busy_timeout=10000; "
            "PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON");
    }

    void run(std::string const& sql) {
        require(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    class Statement {
    public:
        Statement(SqliteClient& client, std::string const& sql) : client_{client} {
            sqlite3_stmt* statement = nullptr;
            int const code = sqlite3_prepare_v3(
                client.database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr
            );
            statement_.reset(statement);
            client.require(code == SQLITE_OK);
        }

        void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_.get(), at, value); }
        /// What is bound must live until the statement is reset.
        void bind(int at, std::string_view value) {
            sqlite3_bind_text(statement_.get(), at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        }
        void bind(int at, annals::EventId const& id) {
            sqlite3_bind_blob(statement_.get(), at, &*id.begin(), static_cast<int>(id.size()), SQLITE_STATIC);
        }
        [[nodiscard]] bool step() {
            int const code = sqlite3_step(statement_.get());
            client_.require(code == SQLITE_ROW || code == SQLITE_DONE);
            return code == SQLITE_ROW;
        }
        void reset() { sqlite3_reset(statement_.get()); }
        void run() {
            static_cast<void>(step());
            reset();
        }
        [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
        [[nodiscard]] std::string_view text(int column) const {
            void const* const data = sqlite3_column_blob(statement_.get(), column);
            return {
                static_cast<char const*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))
            };
        }

    private:
        SqliteClient& client_;
        std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
    };

private:
    void require(bool good) const {
        if (!good) {
            throw std::runtime_error{sqlite3_errmsg(database_.get())};
        }
    }

    std::unique_ptr<sqlite3, CloseDatabase> database_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_CLIENT_HPP
