// SPDX-License-Identifier: MIT

#include <annals/cached_keys.hpp>
#include <annals/memory/key_store.hpp>
#include <annals/sqlite/key_store.hpp>
#include <annals/testing/key_store_contract.hpp>
#include <tests/contract/run_contract.hpp>
#include <tests/contract/teeth.hpp>
#include <tests/contract/temporary_folder.hpp>
#include <tests/integration/privacy/breakable_key_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

using namespace annals_tests;

namespace {

struct MemoryFixture {
    using store_type = annals::InMemoryKeyStore;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return first; }
    store_type& second_handle() { return second; }

    annals::InMemoryKeyStore first;
    annals::InMemoryKeyStore second = first;
};

class SqliteFixture {
public:
    using store_type = annals::SqliteKeyStore;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    SqliteFixture() { reopen(); }
    store_type& store() { return *first_; }
    store_type& second_handle() { return *second_; }
    void reopen() {
        first_.reset();
        second_.reset();
        first_.emplace(folder_.file("keys.db"));
        second_.emplace(folder_.file("keys.db"));
    }

private:
    TemporaryFolder folder_;
    std::optional<store_type> first_;
    std::optional<store_type> second_;
};

/// Copies of a cache, over the same store.
struct CachedFixture {
    using store_type = annals::CachedKeys<annals::InMemoryKeyStore>;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return first; }
    store_type& second_handle() { return second; }

    annals::InMemoryKeyStore keys;
    store_type first{keys, std::chrono::hours{1}};
    store_type second = first;
};

struct BreakableFixture {
    using store_type = BreakableKeyStore;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    BreakableFixture() = default;
    explicit BreakableFixture(BrokenKeyStore const& broken) {
        broken.break_step(*first.core);
        if (!first.core->is_shared) {
            second.core = std::make_shared<BreakableKeyStore::Core>();
        }
    }
    store_type& store() { return first; }
    store_type& second_handle() { return second; }
    void reopen() { first.core->reopen(*first.core); }

    BreakableKeyStore first;
    BreakableKeyStore second = first;
};

template <class Fixture>
constexpr auto const& contract = annals::testing::key_store_contract<Fixture>;

} // namespace

TEST_CASE("memory: key store contract", "[privacy][contract]") {
    run_contract(contract<MemoryFixture>, Rules::sequential);
    run_contract(contract<CachedFixture>, Rules::sequential);
}

TEST_CASE("memory: key store contract for threads", "[privacy][contract][concurrency]") {
    run_contract(contract<MemoryFixture>, Rules::concurrent);
    run_contract(contract<CachedFixture>, Rules::concurrent);
}

TEST_CASE("sqlite: key store contract", "[privacy][contract]") {
    run_contract(contract<SqliteFixture>, Rules::sequential);
}

TEST_CASE("sqlite: key store contract for threads", "[privacy][contract][concurrency]") {
    run_contract(contract<SqliteFixture>, Rules::concurrent);
}

TEST_CASE("sqlite: many may open a new key store at once", "[privacy][concurrency]") {
    TemporaryFolder const folder;
    std::mutex mutex;
    std::set<annals::EventId> ids;
    annals::testing::detail::race(annals::testing::detail::racing_threads, [&](std::size_t) {
        annals::SubjectKey const key = annals::SqliteKeyStore{folder.file("keys.db")}.key_for("customer-7");
        std::lock_guard const lock{mutex};
        ids.insert(key.id);
    });
    CHECK(ids.size() == 1);
}

TEST_CASE("broken key stores: each rule rejects the stores that break it", "[privacy][contract]") {
    run_contract(contract<BreakableFixture>, Rules::sequential);
    expect_rejected(contract<BreakableFixture>, broken_key_stores(), Rules::sequential);
}

TEST_CASE(
    "broken key stores: each rule for threads rejects the stores that break it", "[privacy][contract][concurrency]"
) {
    run_contract(contract<BreakableFixture>, Rules::concurrent);
    expect_rejected(contract<BreakableFixture>, broken_key_stores(), Rules::concurrent);
}
