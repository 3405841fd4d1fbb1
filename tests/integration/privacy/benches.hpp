// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PRIVACY_BENCHES_HPP
#define ANNALS_TESTS_INTEGRATION_PRIVACY_BENCHES_HPP

#include <annals/payload_transform.hpp>
#include <annals/postgres.hpp>
#include <annals/sqlite.hpp>
#include <tests/contract/temporary_folder.hpp>
#include <tests/postgres/server.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace privacy_tests {

using Payloads = std::shared_ptr<annals::PayloadTransform const>;

/// All files of the folder, one behind the other.
[[nodiscard]] inline std::string bytes_in(std::filesystem::path const& folder) {
    std::string bytes;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) {
            std::size_t const begin = bytes.size();
            bytes.resize(begin + entry.file_size());
            std::ifstream{entry.path(), std::ios::binary}.read(
                bytes.data() + begin, static_cast<std::streamsize>(bytes.size() - begin)
            );
        }
    }
    return bytes;
}

/// One database, which stores with one pipeline or another are opened on.
class SqliteBench {
public:
    [[nodiscard]] annals::SqliteEventStore open(Payloads payloads) const {
        return annals::SqliteEventStore{folder_.file("events.db"), {.payloads = std::move(payloads)}};
    }
    /// The database, its write-ahead log and all else there is.
    [[nodiscard]] std::string stored() const {
        return bytes_in(std::filesystem::path{folder_.file("events.db")}.parent_path());
    }

private:
    annals_tests::TemporaryFolder folder_;
};

class PostgresBench {
public:
    PostgresBench() = default;
    PostgresBench(PostgresBench const&) = delete;
    PostgresBench& operator=(PostgresBench const&) = delete;
    ~PostgresBench() {
        annals_tests::Session{annals_tests::shared_conninfo()}.run("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
    }
    [[nodiscard]] annals::PostgresEventStore open(Payloads payloads) const {
        return annals::PostgresEventStore{
            annals_tests::shared_conninfo(), {.schema = schema_, .payloads = std::move(payloads)}
        };
    }
    /// All rows of all tables, as text.
    [[nodiscard]] std::string stored() const {
        annals_tests::Session session{annals_tests::shared_conninfo()};
        std::string rows;
        std::istringstream tables{
            session.run("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = '" + schema_ + "'")
        };
        for (std::string table; tables >> table;) {
            rows += session.run("SELECT string_agg(t::text, E'\\n') FROM " + schema_ + '.' + table + " t");
        }
        return rows;
    }

private:
    std::string schema_ = annals_tests::unique_schema();
};

} // namespace privacy_tests

#endif // ANNALS_TESTS_INTEGRATION_PRIVACY_BENCHES_HPP
