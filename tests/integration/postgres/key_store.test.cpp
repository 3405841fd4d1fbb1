// SPDX-License-Identifier: MIT

#include <annals/postgres/key_store.hpp>
#include <annals/testing/key_store_contract.hpp>
#include <tests/catch.hpp>
#include <tests/contract/run_contract.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/reliability/support/processes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

// Keys of data subjects in PostgreSQL: one for each, and nothing left in the table of one that was deleted.

namespace {

using namespace annals;
using namespace integration::postgres;
using annals::postgres::KeyStoreOptions;

/// A schema for the keys of one test. Goes with the object.
struct KeySchema {
    explicit KeySchema(std::string server = annals_tests::shared_conninfo()) : schema{{}, std::move(server)} {
        options.schema = schema.options.schema;
    }
    [[nodiscard]] PostgresKeyStore open() const { return PostgresKeyStore{schema.conninfo, options}; }

    TestSchema schema;
    KeyStoreOptions options{};
};

class Fixture {
public:
    using store_type = PostgresKeyStore;
    static constexpr testing::Quirks quirks{.persists_across_reopen = true};

    Fixture() { reopen(); }
    store_type& store() { return *first_; }
    store_type& second_handle() { return *second_; }
    void reopen() {
        first_.reset();
        second_.reset();
        first_.emplace(keys_.open());
        second_.emplace(keys_.open());
    }

private:
    KeySchema keys_;
    std::optional<store_type> first_;
    std::optional<store_type> second_;
};

std::string hex_of(SubjectKey const& key) {
    std::string text;
    for (unsigned char const byte : key.bytes) {
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 15U];
    }
    return text;
}

/// Whether the bytes of the key are in the file of the table.
bool file_holds(KeySchema const& keys, SubjectKey const& key) {
    return keys.schema.run(
               "CHECKPOINT; SELECT position('\\x" + hex_of(key) +
               "'::bytea IN pg_read_binary_file(pg_relation_filepath('@.subject_keys'))) > 0"
           ) == "t";
}

} // namespace

TEST_CASE("postgres: key store contract", "[contract]") {
    annals_tests::run_contract(testing::key_store_contract<Fixture>, annals_tests::Rules::sequential);
}

TEST_CASE("postgres: key store contract for threads", "[contract][concurrency]") {
    annals_tests::run_contract(testing::key_store_contract<Fixture>, annals_tests::Rules::concurrent);
}

TEST_CASE("postgres: nothing of a forgotten key is left in the table's file", "[postgres]") {
    Server const server{"autovacuum = off"}; // or another test's transaction could keep it
    KeySchema keys{server.conninfo()};
    keys.options.erase_at_once = GENERATE(true, false);
    auto store = keys.open();
    SubjectKey const stays = store.key_for("customer-1");
    SubjectKey const goes = store.key_for("customer-2");
    SubjectKey const stays_too = store.key_for("customer-3");
    CHECK(file_holds(keys, goes));
    CHECK(store.forget("customer-2"));
    CHECK(file_holds(keys, goes) != keys.options.erase_at_once);
    CHECK(file_holds(keys, stays));
    // Called again, it makes up for what was cut short.
    keys.options.erase_at_once = true;
    CHECK_FALSE(keys.open().forget("customer-2"));
    CHECK_FALSE(file_holds(keys, goes));
    CHECK(store.key_for("customer-3").bytes == stays_too.bytes);
}

TEST_CASE("postgres: who cannot erase a key is told, though it is deleted", "[postgres]") {
    KeySchema keys;
    auto owner = keys.open();
    SubjectKey const key = owner.key_for("customer-1");
    std::string const role = annals_tests::unique_schema();
    keys.schema.run(
        "CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA @ TO " + role +
        "; GRANT SELECT, INSERT, DELETE ON @.subject_keys TO " + role
    );
    {
        PostgresKeyStore store{keys.schema.conninfo + " user=" + role, keys.options};
        CHECK(store.key_for("customer-1").bytes == key.bytes);
        CHECK_THROWS_AS(store.forget("customer-1"), annals::postgres::PostgresError);
        CHECK_FALSE(store.find(key.id));
        keys.options.erase_at_once = false;
        PostgresKeyStore patient{keys.schema.conninfo + " user=" + role, keys.options};
        static_cast<void>(patient.key_for("customer-1"));
        CHECK(patient.forget("customer-1"));
    }
    keys.schema.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("postgres: several processes make the table of keys at once", "[postgres]") {
    constexpr int processes = 4;
    KeySchema const keys;
    {
        reliability::SharedCounters ready{1};
        std::vector<reliability::Process> children;
        for (int i = 0; i < processes; ++i) {
            children.emplace_back([&] {
                ++ready[0];
                while (ready[0] < processes) {
                    std::this_thread::yield();
                }
                static_cast<void>(keys.open().key_for("customer-1"));
            });
        }
        for (auto& child : children) {
            CHECK(child.wait());
        }
    }
    CHECK(keys.schema.run("SELECT count(*) FROM @.subject_keys") == "1");
}

TEST_CASE("postgres: a key store refuses a table that is not as it needs it", "[postgres]") {
    for (char const* const defect :
         {"ALTER TABLE @.subject_keys DROP CONSTRAINT subject_keys_subject_key",
          "ALTER TABLE @.subject_keys DROP CONSTRAINT subject_keys_key",
          "ALTER TABLE @.subject_keys ALTER COLUMN key DROP NOT NULL",
          "ALTER TABLE @.subject_keys ALTER COLUMN subject TYPE varchar(10)",
          "ALTER TABLE @.subject_keys SET UNLOGGED",
          "ALTER TABLE @.subject_keys ENABLE ROW LEVEL SECURITY",
          "CREATE RULE theirs AS ON DELETE TO @.subject_keys DO INSTEAD NOTHING"}) {
        CAPTURE(defect);
        KeySchema const keys;
        CHECK_NOTHROW(keys.open());
        keys.schema.run(defect);
        CHECK_THROWS_AS(keys.open(), CorruptData);
    }
    KeySchema keys;
    keys.options.create_table = false;
    CHECK_THROWS_AS(keys.open(), StoreError);
    for (std::string const& statement : annals::postgres::key_schema_sql(keys.options)) {
        keys.schema.run(statement);
    }
    CHECK_NOTHROW(keys.open());
    keys.options.schema = "No name";
    CHECK_THROWS_AS(keys.open(), InvalidInput);
}
