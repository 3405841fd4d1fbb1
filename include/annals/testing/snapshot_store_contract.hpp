// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_SNAPSHOT_STORE_CONTRACT_HPP
#define ANNALS_TESTING_SNAPSHOT_STORE_CONTRACT_HPP

#include <annals/concepts/snapshot_store.hpp>
#include <annals/testing/contract/expect.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/race.hpp>
#include <annals/testing/contract_rule.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace annals::testing {

/// What `snapshot_store_contract` needs to try a store: see `EventStoreFixture`, with states instead of payloads.
template <class F>
concept SnapshotStoreFixture = SnapshotStore<typename F::store_type> &&
                               requires(F& fixture, std::size_t n, typename F::store_type::payload_type const& state) {
                                   { F::quirks } -> std::convertible_to<Quirks>;
                                   { F::state(n) } -> std::same_as<typename F::store_type::payload_type>;
                                   { F::is_same_state(state, state) } -> std::same_as<bool>;
                                   { fixture.store() } -> std::same_as<typename F::store_type&>;
                                   { fixture.second_handle() } -> std::same_as<typename F::store_type&>;
                                   requires !F::quirks.persists_across_reopen || requires { fixture.reopen(); };
                               };

namespace detail {

template <class Fixture>
using SnapshotOf = Snapshot<typename Fixture::store_type::payload_type>;

/// A snapshot all of whose parts depend on `n`.
template <class Fixture>
[[nodiscard]] SnapshotOf<Fixture> make_snapshot(StreamName const& stream, std::size_t n) {
    EventId id{};
    *(id.begin() + 15) = static_cast<std::uint8_t>(n % 256);
    *id.begin() = 1;
    auto const number = static_cast<std::int64_t>(n);
    return {
        stream,
        Version{number},
        id,
        Timestamp{std::chrono::microseconds{1'600'000'000'000'001 + number}},
        Fixture::state(n)
    };
}

template <class Fixture>
void expect_snapshot(typename Fixture::store_type& store, SnapshotOf<Fixture> const& expected) {
    auto const loaded = store.load(expected.stream);
    std::string const of = " of the snapshot of '" + to_text(expected.stream) + "'";
    if (!loaded) {
        throw ContractViolation{"there is no snapshot of '" + to_text(expected.stream) + "', but one was saved"};
    }
    expect_equal("the stream" + of, loaded->stream, expected.stream);
    expect_equal("the version" + of, loaded->version, expected.version);
    expect_equal("the event id" + of, loaded->event_id, expected.event_id);
    expect_equal("the time" + of, loaded->taken_at, expected.taken_at);
    expect(Fixture::is_same_state(loaded->state, expected.state), "the state" + of + " is the one saved");
}

template <class Fixture>
void no_snapshot_at_first(Fixture& fixture) {
    expect(!fixture.store().load(stream_named("order-1")), "a stream without a snapshot has none");
    fixture.store().save(make_snapshot<Fixture>(stream_named("order-1"), 1));
    expect(!fixture.store().load(stream_named("order-2")), "a snapshot of one stream is none of another");
}

template <class Fixture>
void snapshots_come_back(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    auto snapshot = make_snapshot<Fixture>(stream, 42);
    for (Timestamp const time :
         {snapshot.taken_at,
          annals::detail::first_timestamp,
          Timestamp{std::chrono::microseconds{-1}},
          annals::detail::end_of_timestamps - std::chrono::microseconds{1}}) {
        snapshot.taken_at = time;
        for (std::int64_t const version : {std::int64_t{1}, (std::numeric_limits<std::int64_t>::max)()}) {
            snapshot.version = Version{version};
            fixture.store().save(snapshot);
            expect_snapshot<Fixture>(fixture.store(), snapshot);
        }
    }
}

template <class Fixture>
void later_snapshot_replaces(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    for (std::size_t const n : {5U, 9U, 100U}) {
        fixture.store().save(make_snapshot<Fixture>(stream, n));
        expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(stream, n));
    }
    auto again = make_snapshot<Fixture>(stream, 7);
    again.version = Version{100};
    fixture.store().save(again);
    expect_snapshot<Fixture>(fixture.store(), again);
}

template <class Fixture>
void removed_snapshot_is_gone(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    StreamName const other = stream_named("order-2");
    fixture.store().remove(stream);
    fixture.store().save(make_snapshot<Fixture>(stream, 1));
    fixture.store().save(make_snapshot<Fixture>(other, 2));
    fixture.store().remove(stream);
    expect(!fixture.store().load(stream), "a removed snapshot is gone");
    expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(other, 2));
    fixture.store().save(make_snapshot<Fixture>(stream, 3));
    expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(stream, 3));
}

template <class Fixture>
void snapshots_are_kept_apart(Fixture& fixture) {
    std::vector<StreamName> streams{StreamName{"Order", "1"}, StreamName{"Invoice", "1"}, StreamName{"1", "Order"}};
    for (auto const& names : {names_by_case(), names_by_spaces(), names_like_sql(), names_at_full_length()}) {
        for (std::string const& name : names) {
            streams.emplace_back("Snapshot " + std::to_string(streams.size() / 8), name);
        }
    }
    for (std::size_t n = 0; n < streams.size(); ++n) {
        fixture.store().save(make_snapshot<Fixture>(streams[n], n + 1));
    }
    for (std::size_t n = 0; n < streams.size(); ++n) {
        expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(streams[n], n + 1));
    }
}

template <class Fixture>
void snapshots_are_seen_by_all(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    fixture.store().save(make_snapshot<Fixture>(stream, 1));
    expect_snapshot<Fixture>(fixture.second_handle(), make_snapshot<Fixture>(stream, 1));
    fixture.second_handle().save(make_snapshot<Fixture>(stream, 2));
    expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(stream, 2));
    fixture.second_handle().remove(stream);
    expect(!fixture.store().load(stream), "what one handle has removed is gone for every handle");
}

template <class Fixture>
void snapshots_survive_reopening(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    fixture.store().save(make_snapshot<Fixture>(stream, 1));
    fixture.reopen();
    expect_snapshot<Fixture>(fixture.store(), make_snapshot<Fixture>(stream, 1));
}

template <class Fixture>
void snapshots_are_never_torn(Fixture& fixture) {
    constexpr std::size_t writers = 3;
    constexpr std::size_t rounds = 20;
    StreamName const stream = stream_named("order-1");
    fixture.store().save(make_snapshot<Fixture>(stream, 1));
    read_while_writing(
        writers,
        [&](std::size_t thread) {
            auto& store = thread % 2 == 0 ? fixture.store() : fixture.second_handle();
            for (std::size_t n = 0; n < rounds; ++n) {
                store.save(make_snapshot<Fixture>(stream, 2 + n * writers + thread));
            }
        },
        [&] {
            auto const loaded = fixture.second_handle().load(stream);
            expect(loaded.has_value(), "a snapshot is there while it is replaced");
            auto const whole = make_snapshot<Fixture>(stream, static_cast<std::size_t>(loaded->version.value()));
            bool const is_whole = loaded->event_id == whole.event_id && loaded->taken_at == whole.taken_at &&
                                  Fixture::is_same_state(loaded->state, whole.state);
            expect(is_whole, "a snapshot is one that somebody saved, not made of two");
        }
    );
}

template <class Fixture>
constexpr auto reopened_snapshot_rules() {
    if constexpr (Fixture::quirks.persists_across_reopen) {
        return std::array{rule<Fixture, &snapshots_survive_reopening<Fixture>>("snapshots are there after reopening")};
    } else {
        return std::array<ContractRule<Fixture>, 0>{};
    }
}

} // namespace detail

/// What a `SnapshotStore` promises and the compiler cannot check.
template <SnapshotStoreFixture Fixture>
inline constexpr auto snapshot_store_contract = detail::join(
    std::array{
        detail::rule<Fixture, &detail::no_snapshot_at_first<Fixture>>("a stream has no snapshot until one is saved"),
        detail::rule<Fixture, &detail::snapshots_come_back<Fixture>>("a snapshot comes back as it was saved"),
        detail::rule<Fixture, &detail::later_snapshot_replaces<Fixture>>("a later snapshot replaces the one before"),
        detail::rule<Fixture, &detail::removed_snapshot_is_gone<Fixture>>("a removed snapshot is gone, others are not"),
        detail::rule<Fixture, &detail::snapshots_are_kept_apart<Fixture>>(
            "streams with names that look alike have snapshots of their own"
        ),
        detail::rule<Fixture, &detail::snapshots_are_seen_by_all<Fixture>>(
            "what one handle has saved, every handle sees"
        ),
        detail::rule_for_threads<Fixture, &detail::snapshots_are_never_torn<Fixture>>(
            "snapshots saved at the same time stay whole"
        ),
    },
    detail::reopened_snapshot_rules<Fixture>()
);

} // namespace annals::testing

#endif // ANNALS_TESTING_SNAPSHOT_STORE_CONTRACT_HPP
