// SPDX-License-Identifier: MIT

#include <annals/json/difference.hpp>
#include <tests/catch.hpp>
#include <tests/integration/time_travel/support/basket.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace baskets;
using annals::Difference;
using annals::Version;

namespace {

std::vector<std::string> lines(std::vector<Difference> const& all) {
    std::vector<std::string> texts;
    for (auto const& difference : all) {
        texts.push_back(to_text(difference));
    }
    return texts;
}

/// The place that a path of `Difference` names, by a walk of its own.
nlohmann::json::json_pointer pointer_of(std::string_view path) {
    nlohmann::json::json_pointer pointer;
    while (!path.empty()) {
        if (path.front() == '[' && path[1] == '"') {
            std::size_t end = 2;
            while (path[end] != '"') {
                end += path[end] == '\\' ? 2U : 1U;
            }
            pointer /= nlohmann::json::parse(path.substr(1, end)).get<std::string>();
            path.remove_prefix(end + 2);
        } else if (path.front() == '[') {
            std::size_t const end = path.find(']');
            pointer /= std::stoull(std::string{path.substr(1, end - 1)});
            path.remove_prefix(end + 1);
        } else {
            path.remove_prefix(path.front() == '.' ? 1 : 0);
            std::size_t const end = path.find_first_of(".[");
            pointer /= std::string{path.substr(0, end)};
            path.remove_prefix(end == std::string_view::npos ? path.size() : end);
        }
    }
    return pointer;
}

/// The later state, made from the earlier one and what is said to differ.
nlohmann::json applied(nlohmann::json state, std::vector<Difference> const& all) {
    // Elements that are gone are taken out from behind, so that no index moves.
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
        if (!it->after) {
            state =
                state.patch(nlohmann::json::array({{{"op", "remove"}, {"path", pointer_of(it->path).to_string()}}}));
        }
    }
    for (auto const& difference : all) {
        if (difference.after) {
            state[pointer_of(difference.path)] = nlohmann::json::parse(*difference.after);
        }
    }
    return state;
}

} // namespace

TEST_CASE("a difference says where, what it was and what it is") {
    BasketState before{{{"tea", 2}, {"jam", 1}}, {{"jam", 1}, {"tea", 2}, {"green tea", 7}}, std::nullopt};
    BasketState after = before;
    CHECK(annals::differences(before, after).empty());

    after.items[1].quantity = 5;
    after.items.push_back({"oil", 1});
    after.added["jam"] = 5;
    after.added["green tea"] = 8;
    after.added["oil"] = 1;
    after.note = "a \"gift\"";
    CHECK(
        lines(annals::differences(before, after)) ==
        std::vector<std::string>{
            "added[\"green tea\"]: 7 -> 8",
            "added.jam: 1 -> 5",
            "added.oil: (none) -> 1",
            "items[1].quantity: 1 -> 5",
            R"(items[2]: (none) -> {"product":"oil","quantity":1})",
            R"(note: null -> "a \"gift\"")",
        }
    );
    CHECK(lines(annals::differences(after, before))[2] == "added.oil: 1 -> (none)");
}

TEST_CASE("what differs, put upon the earlier state, is the later one") {
    std::mt19937 dice{11};
    for (int round = 0; round < 500; ++round) {
        BasketState before;
        BasketState after;
        for (auto n = dice() % 8; n > 0; --n) {
            fold_into(before, any_event(dice));
        }
        after = dice() % 2 == 0 ? before : after;
        for (auto n = dice() % 8; n > 0; --n) {
            fold_into(after, any_event(dice));
        }
        auto const all = annals::differences(before, after);
        CHECK(applied(nlohmann::json(before), all) == nlohmann::json(after));
        CHECK(all.empty() == (before == after));
    }
}

TEST_CASE("an aggregate's versions can be compared, the one before its first event included") {
    annals::SqliteEventStore store{":memory:"};
    auto baskets = annals::repository_for<Basket>(store);
    baskets.transact("b", [](Basket& basket) {
        basket.do_as(ItemAdded{{"tea", 2}});
        basket.do_as(NoteWritten{"soon"});
    });
    CHECK(
        lines(annals::changes_between(baskets, "b", Version{}, Version{1})) ==
        std::vector<std::string>{"added.tea: (none) -> 2", R"(items[0]: (none) -> {"product":"tea","quantity":2})"}
    );
    CHECK(
        lines(annals::changes_between(baskets, "b", Version{1}, Version{2})) ==
        std::vector<std::string>{R"(note: null -> "soon")"}
    );
    CHECK(annals::changes_between(baskets, "b", Version{2}, Version{1}).front().after == "null");
    CHECK(annals::changes_between(baskets, "b", Version{2}, Version{2}).empty());
}
