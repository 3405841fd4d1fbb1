// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <annals/sqlite/key_store.hpp>
#include <tests/catch.hpp>
#include <tests/contract/temporary_folder.hpp>
#include <tests/integration/privacy/benches.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using annals::SqliteKeyStore;
using annals_tests::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;
using privacy_tests::bytes_in;

namespace {

void run_sql(std::string const& path, std::string const& sql) {
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database{handle, &sqlite3_close};
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error{sql + ": " + sqlite3_errmsg(handle)};
    }
}

[[nodiscard]] std::string bytes_of(annals::SubjectKey const& key) { return {key.bytes.begin(), key.bytes.end()}; }

template <class Bytes>
[[nodiscard]] std::string in_hex(Bytes const& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned char const byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

/// How many of the keys are still to be found in some file.
[[nodiscard]] std::size_t left_of(std::vector<annals::SubjectKey> const& keys, std::string const& bytes) {
    return static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), [&bytes](auto const& key) {
        return bytes.find(bytes_of(key)) != std::string::npos;
    }));
}

} // namespace

TEST_CASE("key file: no byte of a forgotten key is left in the folder", "[privacy]") {
    TemporaryFolder const folder;
    std::string const path = folder.file("keys.db");
    std::filesystem::path const all = std::filesystem::path{path}.parent_path();
    SqliteKeyStore store{path};
    // In one transaction, for each commit waits for the disk.
    run_sql(
        path,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399) INSERT INTO subject_keys "
        "SELECT randomblob(16), 'customer-' || i, randomblob(32), 0 FROM n"
    );
    std::vector<annals::SubjectKey> keys;
    std::map<annals::EventId, std::string> in_order_of_pages;
    for (int i = 0; i < 400; ++i) {
        std::string const subject = "customer-" + std::to_string(i);
        keys.push_back(store.key_for(subject));
        in_order_of_pages.emplace(keys.back().id, subject);
    }
    CHECK(left_of(keys, bytes_in(all)) == keys.size());

    // Neighbours, so that pages run empty and are merged, and in any order, so that cells move about before they go.
    std::vector<std::string> subjects;
    for (auto const& [id, subject] : in_order_of_pages) {
        subjects.push_back(subject);
    }
    subjects.resize(60);
    std::shuffle(subjects.begin(), subjects.end(), std::mt19937{5}); // NOLINT(cert-msc51-cpp)
    std::vector<annals::SubjectKey> forgotten;
    for (std::string const& subject : subjects) {
        forgotten.push_back(store.key_for(subject));
        REQUIRE(store.forget(subject));
    }
    std::string const bytes = bytes_in(all);
    CHECK(left_of(forgotten, bytes) == 0);
    CHECK(left_of(keys, bytes) == keys.size() - forgotten.size());
}

TEST_CASE("key file: without secure_delete a forgotten key would be left", "[privacy]") {
    TemporaryFolder const folder;
    std::string const path = folder.file("keys.db");
    std::vector<annals::SubjectKey> keys;
    {
        SqliteKeyStore store{path};
        for (int i = 0; i < 50; ++i) {
            keys.push_back(store.key_for("customer-" + std::to_string(i)));
        }
    }
    run_sql(path, "PRAGMA secure_delete=OFF; DELETE FROM subject_keys WHERE subject <> 'customer-1'");
    CHECK(left_of(keys, bytes_in(std::filesystem::path{path}.parent_path())) > 1);
}

TEST_CASE("key file: what secure_delete has left, the next forgetting takes away", "[privacy]") {
    TemporaryFolder const folder;
    std::string path;
    std::vector<annals::SubjectKey> gone;
    // By the ids, pages are balanced in one way or another. This goes on to one that leaves a copy of a cell behind.
    for (unsigned seed = 0; seed < 100 && left_of(gone, path.empty() ? path : bytes_in(path)) == 0; ++seed) {
        path = folder.file(std::to_string(seed));
        std::filesystem::create_directory(path);
        static_cast<void>(SqliteKeyStore{path + "/keys.db"});
        std::mt19937 random{seed};
        std::map<annals::EventId, std::array<unsigned char, 32>> keys;
        std::string sql = "PRAGMA secure_delete=ON; PRAGMA synchronous=OFF; BEGIN;";
        for (int n = 0; n < 400; ++n) {
            annals::SubjectKey key;
            std::generate(key.id.begin(), key.id.end(), [&] { return static_cast<unsigned char>(random()); });
            std::generate(key.bytes.begin(), key.bytes.end(), [&] { return static_cast<unsigned char>(random()); });
            keys.emplace(key.id, key.bytes);
            sql += "INSERT INTO subject_keys VALUES (x'" + in_hex(key.id) + "', 'customer-" + std::to_string(n) +
                   "', x'" + in_hex(key.bytes) + "', 0);";
        }
        gone.clear();
        for (auto const& [id, bytes] : keys) {
            gone.push_back({id, bytes});
        }
        gone.resize(150);
        std::shuffle(gone.begin(), gone.end(), random);
        sql += "COMMIT;";
        for (annals::SubjectKey const& key : gone) {
            sql += "DELETE FROM subject_keys WHERE key_id = x'" + in_hex(key.id) + "';";
        }
        run_sql(path + "/keys.db", sql);
    }
    SqliteKeyStore{path + "/keys.db"}.forget("nobody");
    CHECK(left_of(gone, bytes_in(path)) == 0);
}

TEST_CASE("key file: another database is refused, and left as it is", "[privacy]") {
    TemporaryFolder const folder;
    std::string const events = folder.file("events.db");
    static_cast<void>(annals::SqliteEventStore{events});
    CHECK_THROWS_WITH(SqliteKeyStore{events}, ContainsSubstring("is another database, not a key store"));
    CHECK_NOTHROW(annals::SqliteEventStore{events}.verify());

    std::string const keys = folder.file("keys.db");
    static_cast<void>(SqliteKeyStore{keys});
    run_sql(keys, "ALTER TABLE subject_keys RENAME COLUMN key TO clef");
    CHECK_THROWS_AS(SqliteKeyStore{keys}, annals::CorruptData);

    CHECK_THROWS_AS(SqliteKeyStore{folder.file("no/such/folder.db")}, annals::StoreError);
    CHECK_THROWS_AS((SqliteKeyStore{std::string{"a\0b", 3}}), annals::InvalidInput);
}

TEST_CASE("key file: a write-ahead log that somebody has turned on is turned off", "[privacy]") {
    TemporaryFolder const folder;
    std::string const path = folder.file("keys.db");
    auto const key = SqliteKeyStore{path, std::chrono::milliseconds::max()}.key_for("customer-7");
    run_sql(path, "PRAGMA journal_mode=WAL");
    SqliteKeyStore store{path};
    CHECK(store.find(key.id).has_value());
    CHECK(store.forget("customer-7"));
    CHECK_FALSE(std::filesystem::exists(path + "-wal"));
    CHECK(left_of({key}, bytes_in(std::filesystem::path{path}.parent_path())) == 0);
}

TEST_CASE("key file: who waits in vain for another process is told that it may pass", "[privacy]") {
    TemporaryFolder const folder;
    std::string const path = folder.file("keys.db");
    SqliteKeyStore store{path, std::chrono::milliseconds{10}};
    auto const key = store.key_for("customer-7");
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const other{handle, &sqlite3_close};
    REQUIRE(sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    auto const is_busy = [](auto&& action) {
        try {
            action();
            return false;
        } catch (annals::StoreError const& error) {
            return error.is_transient();
        }
    };
    CHECK(is_busy([&] { store.forget("customer-7"); }));
    CHECK(is_busy([&] { static_cast<void>(store.key_for("customer-8")); }));
    // Who only reads does not wait.
    CHECK(store.find(key.id).has_value());
    CHECK(store.key_for("customer-7").id == key.id);
    REQUIRE(sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(store.forget("customer-7"));
}
