// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_ENCODED_INPUT_HPP
#define ANNALS_TESTING_CONTRACT_ENCODED_INPUT_HPP

#include <annals/encoded_payload.hpp>
#include <annals/testing/contract/input.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

/// A payload that a store of JSON alone takes as well.
[[nodiscard]] inline std::string json_text(std::size_t size) { return '"' + std::string(size - 2, 'x') + '"'; }

template <class Fixture>
void payload_size(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    input.expect_refused("a payload of 1 MiB and a byte", [](auto& event) {
        event.payload.data = json_text(limits::max_payload_bytes + 1);
    });
    input.expect_taken([](auto& event) { event.payload.data = json_text(limits::max_payload_bytes); });
}

template <class Fixture>
void payload_texts(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    for (std::string const& text : broken_texts()) {
        input.expect_refused("a payload that is not UTF-8 without NUL", [&](auto& event) {
            event.payload.data = text;
        });
    }
}

template <class Fixture>
void payload_types(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    std::vector<std::string> types = broken_texts();
    types.insert(types.end(), {"", "line\n", "\xC2\x80", std::string(limits::max_name_bytes + 1, 't')});
    for (std::string const& type : types) {
        input.expect_refused("an event type that breaks the limits of names", [&](auto& event) {
            event.payload.type = type;
        });
    }
    for (std::int32_t const version : {0, -1, (std::numeric_limits<std::int32_t>::min)()}) {
        input.expect_refused("a schema version below 1", [version](auto& event) {
            event.payload.schema_version = version;
        });
    }
    for (std::string const type : {"annals:truncated", "annals:", "annals:anything"}) {
        input.expect_refused("an event type of the library's own", [&](auto& event) { event.payload.type = type; });
    }
    input.expect_taken([](auto& event) { event.payload.type = "Annals:annals"; });
    input.expect_taken([](auto& event) { event.payload.type.assign(limits::max_name_bytes, 't'); });
}

template <class Fixture>
void commit_size(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    auto events = make_events<Fixture>(1, 17);
    for (auto& event : events) {
        event.payload.data = json_text(limits::max_payload_bytes);
    }
    events.back().payload.data = "1";
    input.refuse("a batch of 16 MiB and a byte", {{input.stream, ExpectedVersion::any(), events}});
    events.pop_back();
    input.take(events);
}

} // namespace detail

/// The same for stores of `EncodedPayload`.
template <EventStoreFixture Fixture>
    requires std::same_as<typename Fixture::store_type::payload_type, EncodedPayload>
inline constexpr std::array encoded_input_contract{
    detail::rule<Fixture, &detail::payload_size<Fixture>>("a payload has up to 1 MiB"),
    detail::rule<Fixture, &detail::payload_texts<Fixture>>("a payload that is not UTF-8 without NUL is refused"),
    detail::rule<Fixture, &detail::payload_types<Fixture>>(
        "an event type has the limits of names, its schema version is positive"
    ),
    detail::rule<Fixture, &detail::commit_size<Fixture>>("a commit holds up to 16 MiB of payload"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_ENCODED_INPUT_HPP
