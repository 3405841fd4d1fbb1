// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CHECKPOINT_STORE_CONTRACT_HPP
#define ANNALS_TESTING_CHECKPOINT_STORE_CONTRACT_HPP

#include <annals/concepts/checkpoint_store.hpp>
#include <annals/testing/contract/expect.hpp>
#include <annals/testing/contract/input.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/race.hpp>
#include <annals/testing/contract_rule.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::testing {

/// What `checkpoint_store_contract` needs to try a store: see `EventStoreFixture`.
template <class F>
concept CheckpointStoreFixture = CheckpointStore<typename F::store_type> && requires(F& fixture) {
    { F::quirks } -> std::convertible_to<Quirks>;
    { fixture.store() } -> std::same_as<typename F::store_type&>;
    { fixture.second_handle() } -> std::same_as<typename F::store_type&>;
    requires !F::quirks.persists_across_reopen || requires { fixture.reopen(); };
};

namespace detail {

[[nodiscard]] inline Checkpoint make_checkpoint(std::int64_t n, std::int64_t epoch = 0) {
    EventId id{};
    *id.begin() = static_cast<std::uint8_t>(n % 200 + 1);
    return {Position{n}, id, epoch};
}

[[nodiscard]] inline std::string show(std::optional<Checkpoint> const& checkpoint) {
    if (!checkpoint) {
        return "none";
    }
    return "{position " + to_text(checkpoint->position) + ", event " + to_text(checkpoint->event_id) + ", epoch " +
           std::to_string(checkpoint->epoch) + "}";
}

template <class Store>
void expect_checkpoint(Store& store, std::string_view name, std::optional<Checkpoint> const& expected) {
    std::optional<Checkpoint> const loaded = store.load(name);
    if (loaded != expected) {
        throw ContractViolation{
            "the checkpoint of '" + std::string{name} + "' is " + show(loaded) + ", expected " + show(expected)
        };
    }
}

template <class Fixture>
void no_checkpoint_at_first(Fixture& fixture) {
    expect_checkpoint(fixture.store(), "report", std::nullopt);
    fixture.store().advance("report", std::nullopt, make_checkpoint(1));
    expect_checkpoint(fixture.store(), "another", std::nullopt);
}

template <class Fixture>
void checkpoints_come_back(Fixture& fixture) {
    std::int64_t const last = (std::numeric_limits<std::int64_t>::max)();
    EventId const id = parse_event_id("27270a0d-5c00-7f00-8000-00ff00ff0027");
    std::optional<Checkpoint> from;
    for (Checkpoint const& to :
         {Checkpoint{},
          make_checkpoint(1),
          Checkpoint{Position{2, 3}, id, 1},
          Checkpoint{Position{2, 30}, id, 1},
          Checkpoint{Position{last, last}, parse_event_id("ffffffff-ffff-ffff-ffff-ffffffffffff"), last}}) {
        fixture.store().advance("report", from, to);
        expect_checkpoint(fixture.store(), "report", to);
        from = to;
    }
}

template <class Fixture>
void stale_runner_is_fenced_out(Fixture& fixture) {
    auto& store = fixture.store();
    auto const expect_fenced =
        [&store](
            std::string_view what, std::optional<Checkpoint> const& from, std::optional<Checkpoint> const& stored
        ) {
            expect_throw<FencedOut>("FencedOut", what, [&] { store.advance("report", from, make_checkpoint(9)); });
            expect_checkpoint(store, "report", stored);
        };
    expect_fenced("an advance from a checkpoint where there is none", make_checkpoint(1), std::nullopt);
    expect_fenced("an advance from the default checkpoint where there is none", Checkpoint{}, std::nullopt);
    Checkpoint const stored = make_checkpoint(5, 1);
    store.advance("report", std::nullopt, stored);
    expect_fenced("an advance from no checkpoint where there is one", std::nullopt, stored);
    Checkpoint other = stored;
    other.position = Position{4};
    expect_fenced("an advance from an earlier position", other, stored);
    other.position = Position{6};
    expect_fenced("an advance from a later position", other, stored);
    other.position = Position{5, 1};
    expect_fenced("an advance from a position with another second number", other, stored);
    other = stored;
    other.event_id = make_checkpoint(4).event_id;
    expect_fenced("an advance from another event at the same position", other, stored);
    other = stored;
    other.epoch = 0;
    expect_fenced("an advance from an earlier epoch", other, stored);
    store.advance("report", stored, make_checkpoint(6, 1));
    expect_fenced("the same advance again", stored, make_checkpoint(6, 1));
}

template <class Fixture>
void new_epoch_starts_afresh(Fixture& fixture) {
    auto& store = fixture.store();
    store.advance("report", std::nullopt, make_checkpoint(50));
    Checkpoint const afresh{Position{}, EventId{}, 1};
    store.advance("report", make_checkpoint(50), afresh);
    expect_checkpoint(store, "report", afresh);
    expect_throw<FencedOut>("FencedOut", "an advance of a runner left over from before", [&] {
        store.advance("report", make_checkpoint(50), make_checkpoint(51));
    });
    expect_checkpoint(store, "report", afresh);
}

template <class Fixture>
void projections_are_kept_apart(Fixture& fixture) {
    std::vector<std::string> names;
    for (auto const& group : {names_by_case(), names_like_sql(), names_like_numbers(), names_at_full_length()}) {
        names.insert(names.end(), group.begin(), group.end());
    }
    names.insert(names.end(), {"a ", " a", "a", "e\u0301", "\u00E9"});
    for (std::size_t n = 0; n < names.size(); ++n) {
        fixture.store().advance(names[n], std::nullopt, make_checkpoint(static_cast<std::int64_t>(n)));
    }
    for (std::size_t n = 0; n < names.size(); ++n) {
        expect_checkpoint(fixture.store(), names[n], make_checkpoint(static_cast<std::int64_t>(n)));
    }
}

template <class Fixture>
void bad_projection_names(Fixture& fixture) {
    std::vector<std::string> names = broken_texts();
    names.insert(names.end(), {"", "line\n", "\x7F", std::string(limits::max_name_bytes + 1, 'p')});
    for (std::string const& name : names) {
        expect_throw<InvalidInput>("InvalidInput", "a projection name that breaks the limits of names", [&] {
            fixture.store().advance(name, std::nullopt, make_checkpoint(1));
        });
    }
}

template <class Fixture>
void checkpoints_are_seen_by_all(Fixture& fixture) {
    fixture.store().advance("report", std::nullopt, make_checkpoint(1));
    expect_checkpoint(fixture.second_handle(), "report", make_checkpoint(1));
    fixture.second_handle().advance("report", make_checkpoint(1), make_checkpoint(2));
    expect_checkpoint(fixture.store(), "report", make_checkpoint(2));
}

template <class Fixture>
void checkpoints_survive_reopening(Fixture& fixture) {
    fixture.store().advance("report", std::nullopt, make_checkpoint(1));
    fixture.reopen();
    expect_checkpoint(fixture.store(), "report", make_checkpoint(1));
    expect_throw<FencedOut>("FencedOut", "an advance from no checkpoint after reopening", [&] {
        fixture.store().advance("report", std::nullopt, make_checkpoint(2));
    });
}

template <class Fixture>
void one_runner_wins_each_step(Fixture& fixture) {
    constexpr std::size_t runners = 4;
    constexpr std::int64_t steps = 40;
    std::array<std::atomic<int>, steps> winners{};
    race(runners, [&](std::size_t thread) {
        auto& store = thread % 2 == 0 ? fixture.store() : fixture.second_handle();
        while (true) {
            std::optional<Checkpoint> const from = store.load("report");
            std::int64_t const step = from ? from->position.first() : 0;
            if (step == steps) {
                return;
            }
            Checkpoint to = make_checkpoint(step + 1);
            to.epoch = static_cast<std::int64_t>(thread);
            try {
                store.advance("report", from, to);
                ++winners.at(static_cast<std::size_t>(step));
            } catch (FencedOut const&) {
                expect(store.load("report") != from, "who is fenced out has lost to another runner");
            }
        }
    });
    for (auto const& count : winners) {
        expect_equal("the number of runners that made one step", count.load(), 1);
    }
}

template <class Fixture>
constexpr auto reopened_checkpoint_rules() {
    if constexpr (Fixture::quirks.persists_across_reopen) {
        return std::array{rule<Fixture, &checkpoints_survive_reopening<Fixture>>("checkpoints are there after reopening"
        )};
    } else {
        return std::array<ContractRule<Fixture>, 0>{};
    }
}

} // namespace detail

/// What a `CheckpointStore` promises and the compiler cannot check.
template <CheckpointStoreFixture Fixture>
inline constexpr auto checkpoint_store_contract = detail::join(
    std::array{
        detail::rule<Fixture, &detail::no_checkpoint_at_first<Fixture>>(
            "a projection has no checkpoint until it advances"
        ),
        detail::rule<Fixture, &detail::checkpoints_come_back<Fixture>>("a checkpoint comes back as it was set"),
        detail::rule<Fixture, &detail::stale_runner_is_fenced_out<Fixture>>(
            "who advances from another checkpoint than the stored one is fenced out and writes nothing"
        ),
        detail::rule<Fixture, &detail::new_epoch_starts_afresh<Fixture>>(
            "a new epoch starts afresh and fences out the old"
        ),
        detail::rule<Fixture, &detail::projections_are_kept_apart<Fixture>>(
            "projections with names that look alike have checkpoints of their own"
        ),
        detail::rule<Fixture, &detail::bad_projection_names<Fixture>>("projection names have the limits of names"),
        detail::rule<Fixture, &detail::checkpoints_are_seen_by_all<Fixture>>(
            "what one handle has advanced, every handle sees"
        ),
        detail::rule_for_threads<Fixture, &detail::one_runner_wins_each_step<Fixture>>(
            "of runners that race exactly one makes each step"
        ),
    },
    detail::reopened_checkpoint_rules<Fixture>()
);

} // namespace annals::testing

#endif // ANNALS_TESTING_CHECKPOINT_STORE_CONTRACT_HPP
