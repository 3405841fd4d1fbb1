// SPDX-License-Identifier: MIT

#include <annals/decoded_events.hpp>
#include <annals/json.hpp>
#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/unit/json/dice.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// Random payloads of random versions in histories of one to six steps, against a loop that does the same by hand.

namespace chains {

/// What all shapes hold.
struct Content {
    std::uint32_t number = 0;
    std::string text{};
    std::vector<std::int32_t> journal{};

    /// What the step from `version` to the next does, in a history of `length` steps: none can change places.
    void step(int length, int version) {
        number = number * static_cast<std::uint32_t>(2 * version + 1) + static_cast<std::uint32_t>(length);
        text += static_cast<char>('a' + version);
        journal.push_back(version);
    }

    friend bool operator==(Content const&, Content const&) = default;
};

/// Version `version` in a history of `length` steps, a struct; and what the last of them leads to.
template <int length, int version>
struct Former {
    Content content;
};
template <int length>
struct Now {
    Content content;
    friend bool operator==(Now const&, Now const&) = default;
};
/// The same as a step over the payload.
template <int length, int version>
struct FormerPayload {
    static void upcast(nlohmann::json& form) {
        Content content{form.at("number"), form.at("text"), form.at("journal")};
        content.step(length, version);
        form = {{"number", content.number}, {"text", content.text}, {"journal", content.journal}};
    }
};

template <int length, int version>
auto upcast(Former<length, version> const& former) {
    Content content = former.content;
    content.step(length, version);
    if constexpr (version == length) {
        return Now<length>{std::move(content)};
    } else {
        return Former<length, version + 1>{std::move(content)};
    }
}

template <class T>
concept Shape = requires(T const& shape) {
    { shape.content } -> std::same_as<Content const&>;
};
template <Shape T>
void to_json(nlohmann::json& form, T const& shape) {
    form = {{"number", shape.content.number}, {"text", shape.content.text}, {"journal", shape.content.journal}};
}
template <Shape T>
void from_json(nlohmann::json const& form, T& shape) {
    form.at("number").get_to(shape.content.number);
    form.at("text").get_to(shape.content.text);
    form.at("journal").get_to(shape.content.journal);
}

/// The first steps of a history, those of its first half, are over the payload.
template <int length, class Versions>
struct Steps;
template <int length, int... index>
struct Steps<length, std::integer_sequence<int, index...>> {
    using type = annals::EventHistory<
        std::conditional_t<index + 1 <= length / 2, FormerPayload<length, index + 1>, Former<length, index + 1>>...>;
};

using Event = std::variant<Now<1>, Now<2>, Now<3>, Now<4>, Now<5>, Now<6>>;

} // namespace chains

template <int length>
inline constexpr auto annals::event_history<chains::Now<length>> =
    typename chains::Steps<length, std::make_integer_sequence<int, length>>::type{};
template <int length>
inline constexpr std::array<char, 4> chain_name{'n', 'o', 'w', '0' + length};
template <int length>
inline constexpr std::string_view annals::event_name<chains::Now<length>> =
    std::string_view{chain_name<length>.data(), chain_name<length>.size()};

namespace {

using namespace chains;
using annals::EncodedPayload;

annals::JsonCodec<Event> const codec;

struct Sample {
    EncodedPayload stored;
    Event expected;
};

template <int length>
[[nodiscard]] Event now(Content content) {
    return Now<length>{std::move(content)};
}

[[nodiscard]] Sample sample(json_tests::Dice& dice) {
    int const length = 1 + static_cast<int>(dice.below(6));
    int const version = 1 + static_cast<int>(dice.below(static_cast<std::uint64_t>(length) + 1));
    Content content{static_cast<std::uint32_t>(dice.bits()), dice.text(), {}};
    for (std::uint64_t size = dice.below(4); size > 0; --size) {
        content.journal.push_back(static_cast<std::int32_t>(dice.below(1000)) - 500);
    }
    nlohmann::json form;
    to_json(form, Now<1>{content});
    EncodedPayload payload{"now" + std::to_string(length), version, form.dump()};
    for (int step = version; step <= length; ++step) {
        content.step(length, step);
    }
    constexpr std::array make{&now<1>, &now<2>, &now<3>, &now<4>, &now<5>, &now<6>};
    return {std::move(payload), make[static_cast<std::size_t>(length) - 1](std::move(content))};
}

template <class Store>
void check_samples(Store& store, std::uint64_t seed, std::size_t count) {
    json_tests::Dice dice{seed};
    std::vector<Event> expected;
    std::vector<annals::NewEvent<EncodedPayload>> events;
    for (std::size_t i = 0; i < count; ++i) {
        Sample one = sample(dice);
        events.push_back({annals::new_event_id(), {}, {}, std::move(one.stored)});
        expected.push_back(std::move(one.expected));
    }
    annals::StreamName const stream{"Chain", "c"};
    store.append(stream, annals::ExpectedVersion::any(), std::span{std::as_const(events)});
    std::size_t i = 0;
    std::size_t wrong = 0;
    for (auto const& event : annals::decode_events(store.get_events(stream), codec)) {
        wrong += event.payload == expected[i] ? 0U : 1U;
        ++i;
    }
    CHECK(i == count);
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("evolution: random chains give what their steps give by hand") {
    annals::InMemoryEventStore<EncodedPayload> store;
    check_samples(store, 1, 10'000);
}

TEST_CASE("evolution: random chains from a file", "[sqlite]") {
    projections::SqlitePlace const place;
    auto store = place.store();
    check_samples(store, 2, 10'000);
}

TEST_CASE("postgres: evolution: random chains from a database") {
    projections::PostgresPlace const place;
    auto store = place.store();
    check_samples(store, 3, 10'000);
}
