// SPDX-License-Identifier: MIT

#include <annals/hash_chain.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What was linked is what is stored, or it is said where it is not.

using namespace projections;
using annals::BrokenChain;
using annals::HashChain;
using annals::StreamName;
using annals::Version;

namespace {

struct Break {
    std::string stream;
    std::int64_t version;
    [[nodiscard]] friend bool operator==(Break const&, Break const&) = default;
};
std::ostream& operator<<(std::ostream& out, Break const& broken) {
    return out << broken.stream << ' ' << broken.version;
}

/// The first link that does not hold; nothing if all do.
template <class Chain, class... Head>
std::optional<Break> first_break(Chain const& chain, Head const&... head) {
    try {
        chain.verify(head...);
    } catch (BrokenChain const& broken) {
        return Break{broken.stream().aggregate_id(), broken.version().value()};
    }
    return std::nullopt;
}

StreamName account(int number) { return {"Account", "a" + std::to_string(number)}; }

/// Five accounts of ten deposits, appended in five commits, and linked.
template <class Place>
class LinkedAccounts {
public:
    Place place;
    decltype(std::declval<Place const&>().store()) store = place.store();

    LinkedAccounts() {
        for (int i = 0; i < 5; ++i) {
            bank::deposit(store, 10);
        }
        HashChain{store}.catch_up();
    }

    void rewrite_links(std::string const& sql) { run(store, replaced(sql, "LINKS", place.tables() + "event_hashes")); }

    /// Past the triggers that guard stored events.
    void lose_tail(std::int64_t after) {
        for (std::string const& sql : place.losing_tail(after)) {
            run(store, sql);
        }
    }

private:
    static std::string replaced(std::string text, std::string_view what, std::string_view by) {
        return text.replace(text.find(what), what.size(), by);
    }
};

template <class Place>
void check_what_holds() {
    LinkedAccounts<Place> linked;
    HashChain chain{linked.store};
    CHECK_FALSE(first_break(chain));

    // What is not linked yet is nobody's fault.
    bank::deposit(linked.store, 7);
    CHECK_FALSE(first_break(chain));
    chain.catch_up();
    CHECK_FALSE(first_break(chain));

    annals::ChainHead const head = chain.head_of(account(1)).value();
    CHECK(head.version == linked.store.stream_version(account(1)));
    CHECK(head.hash.size() == 64);
    CHECK_FALSE(chain.head_of({"Account", "nobody"}));
    bank::deposit(linked.store, 10);
    HashChain{linked.store}.catch_up();
    CHECK_FALSE(first_break(chain, head));
}

template <class Place>
void check_lost_events() {
    LinkedAccounts<Place> linked;
    HashChain chain{linked.store};
    auto const heads = [&] {
        std::vector<annals::ChainHead> all;
        for (int i = 0; i < 5; ++i) {
            all.push_back(chain.head_of(account(i)).value());
        }
        return all;
    }();

    // The last commit: two events of each account.
    linked.lose_tail(40);
    CHECK(first_break(chain) == Break{"a0", 9});
    CHECK(first_break(chain, heads[3]) == Break{"a3", 9});

    // Others in their places.
    bank::deposit(linked.store, 10);
    CHECK(linked.store.stream_version(account(4)) == Version{10});
    CHECK(first_break(chain) == Break{"a0", 9});

    // And their links gone, too: what is left holds, and only those who have kept heads know.
    linked.lose_tail(40);
    linked.rewrite_links("DELETE FROM LINKS WHERE version > 8");
    CHECK_FALSE(first_break(chain));
    CHECK(first_break(chain, heads[0]) == Break{"a0", 10});
    CHECK_FALSE(first_break(chain, annals::ChainHead{account(0), Version{8}, chain.head_of(account(0))->hash}));
}

template <class Place>
void check_changed_links() {
    LinkedAccounts<Place> linked;
    HashChain chain{linked.store};
    std::string const of_fourth = " WHERE aggregate_id = 'a2' AND version = 4";
    linked.rewrite_links("UPDATE LINKS SET hash = 'something else'" + of_fourth);
    CHECK(first_break(chain) == Break{"a2", 4});
    linked.rewrite_links("DELETE FROM LINKS" + of_fourth);
    CHECK(first_break(chain) == Break{"a2", 4});
    CHECK(first_break(chain, chain.head_of(account(2)).value()) == Break{"a2", 4});
    CHECK_FALSE(first_break(chain, chain.head_of(account(1)).value()));

    // No link at all: nothing that goes from link to event would find it.
    linked.rewrite_links("DELETE FROM LINKS WHERE aggregate_id = 'a2'");
    CHECK(first_break(chain) == Break{"a2", 1});

    // The runner goes on behind what it has linked, and does not mend anything.
    bank::deposit(linked.store, 5);
    HashChain{linked.store}.catch_up();
    CHECK(first_break(chain) == Break{"a2", 1});
}

/// Several runners are one chain.
template <class Place>
void check_several_runners() {
    Place const place;
    auto store = place.store();
    auto another = place.store();
    HashChain first{store};
    HashChain second{another};
    first.start();
    second.start();
    for (int i = 0; i < 20; ++i) {
        bank::deposit(store, 10);
    }
    first.stop();
    second.stop();
    HashChain{store}.catch_up();
    CHECK_FALSE(first_break(first));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "event_hashes") == 200);
}

} // namespace

TEST_CASE("in SQLite, a chain holds while nothing is changed") { check_what_holds<SqlitePlace>(); }
TEST_CASE("postgres: a chain holds while nothing is changed") { check_what_holds<PostgresPlace>(); }

TEST_CASE("in SQLite, lost and replaced events break their chains") { check_lost_events<SqlitePlace>(); }
TEST_CASE("postgres: lost and replaced events break their chains") { check_lost_events<PostgresPlace>(); }

TEST_CASE("in SQLite, links that are changed or removed are broken") { check_changed_links<SqlitePlace>(); }
TEST_CASE("postgres: links that are changed or removed are broken") { check_changed_links<PostgresPlace>(); }

TEST_CASE("in SQLite, several runners make one chain", "[concurrency]") { check_several_runners<SqlitePlace>(); }
TEST_CASE("postgres: several runners make one chain", "[concurrency]") { check_several_runners<PostgresPlace>(); }
