// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_INPUT_HPP
#define ANNALS_TESTING_CONTRACT_INPUT_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::testing {

namespace detail {

/// Texts that are not UTF-8, or hold a NUL.
[[nodiscard]] inline std::vector<std::string> broken_texts() {
    return {
        std::string{"a\0b", 3},
        std::string{"\0", 1},
        "\x80",
        "\xC3",
        "\xC0\xAF",
        "\xE0\x80\xAF",
        "\xED\xA0\x80",
        "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "ok\xFF",
        "\xE2\x82"
    };
}

/// A store with one event, which refuses whatever is bad and takes what is good.
template <class Fixture>
class InputCheck {
public:
    explicit InputCheck(Fixture& fixture) : fixture_{fixture} {
        ledger_.append(fixture.store(), stream, ExpectedVersion::any(), make_events<Fixture>(0, 1));
    }

    /// Sends `change`d events: it must be refused wherever the bad one stands, and whatever version is expected.
    template <class Change>
    void expect_refused(std::string_view what, Change&& change) {
        for (std::size_t const bad : {std::size_t{0}, std::size_t{2}}) {
            auto events = make_events<Fixture>(1, 3);
            change(events[bad]);
            refuse(what, {{stream, ExpectedVersion::any(), events}});
        }
        auto events = make_events<Fixture>(1, 1);
        change(events[0]);
        refuse(what, {{stream, ExpectedVersion::no_stream(), events}});
    }
    void refuse(std::string_view what, std::vector<AppendOf<Fixture>> const& commit) {
        ledger_.template expect_refused<InvalidInput>("InvalidInput", what, fixture_.store(), commit);
    }

    template <class Change>
    void expect_taken(Change&& change) {
        auto events = make_events<Fixture>(1, 1);
        change(events[0]);
        take(events);
    }
    void take(std::vector<NewEventOf<Fixture>> const& events) {
        ledger_.append(fixture_.store(), stream, ExpectedVersion::any(), events);
        ledger_.check(fixture_.store());
    }

    StreamName stream = stream_named("order-1");

private:
    Fixture& fixture_;
    EventLedger<Fixture> ledger_;
};

template <class Fixture>
void bad_ids(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    input.expect_refused("a nil event id", [](auto& event) { event.event_id = EventId{}; });
}

template <class Fixture>
void repeated_ids(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    auto events = make_events<Fixture>(1, 3);
    auto const other = make_events<Fixture>(4, 1);
    input.refuse(
        "one event sent to two streams",
        {{input.stream, ExpectedVersion::any(), other}, {stream_named("order-2"), ExpectedVersion::any(), other}}
    );
    events[2].event_id = events[0].event_id;
    input.refuse("an event id that stands twice in a batch", {{input.stream, ExpectedVersion::any(), events}});
    events[2] = events[0];
    input.refuse("an event that stands twice in a batch", {{input.stream, ExpectedVersion::any(), events}});
}

template <class Fixture>
void repeated_streams(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    auto const first = make_events<Fixture>(1, 1);
    auto const second = make_events<Fixture>(2, 1);
    StreamName const same = stream_named("order-1");
    input.refuse(
        "a commit that names a stream twice",
        {{input.stream, ExpectedVersion::any(), first}, {same, ExpectedVersion::any(), second}}
    );
    input.refuse(
        "a commit that names a stream again as a condition",
        {{input.stream, ExpectedVersion::any(), first}, {same, ExpectedVersion::exactly(Version{1}), {}}}
    );
}

template <class Fixture>
void too_many_events(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    auto events = make_events<Fixture>(1, limits::max_commit_events + 1);
    std::span const all{std::as_const(events)};
    input.refuse("a batch of 10,001 events", {{input.stream, ExpectedVersion::any(), all}});
    input.refuse(
        "a commit of 10,001 events in two streams",
        {{input.stream, ExpectedVersion::any(), all.first(5'000)},
         {stream_named("order-2"), ExpectedVersion::any(), all.subspan(5'000)}}
    );
    events.pop_back();
    input.take(events);
}

template <class Fixture>
void bad_times(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    for (Timestamp const time :
         {(Timestamp::min)(),
          annals::detail::first_timestamp - std::chrono::microseconds{1},
          annals::detail::end_of_timestamps,
          (Timestamp::max)()}) {
        input.expect_refused("a time outside of the years 1 to 9999", [time](auto& event) { event.timestamp = time; });
    }
}

template <class Fixture>
void metadata_size(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    auto const fill = [](std::size_t total) {
        return [total](auto& event) { event.metadata = {"c", "c", "u", {{"key", std::string(total - 6, 'x')}}}; };
    };
    input.expect_refused("metadata of 64 KiB and a byte", fill(limits::max_metadata_bytes + 1));
    input.expect_refused("a user of 64 KiB and a byte", [](auto& event) {
        event.metadata.user.assign(limits::max_metadata_bytes + 1, 'x');
    });
    input.expect_taken(fill(limits::max_metadata_bytes));
}

template <class Fixture>
void metadata_texts(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    for (std::string const& text : broken_texts()) {
        input.expect_refused("a correlation id that is not UTF-8 without NUL", [&](auto& event) {
            event.metadata.correlation_id = text;
        });
        input.expect_refused("a causation id that is not UTF-8 without NUL", [&](auto& event) {
            event.metadata.causation_id = text;
        });
        input.expect_refused("a user that is not UTF-8 without NUL", [&](auto& event) { event.metadata.user = text; });
        input.expect_refused("a metadata value that is not UTF-8 without NUL", [&](auto& event) {
            event.metadata.extra["key"] = text;
        });
    }
}

template <class Fixture>
void metadata_keys(Fixture& fixture) {
    InputCheck<Fixture> input{fixture};
    std::vector<std::string> keys = broken_texts();
    keys.insert(keys.end(), {"", "line\n", "\x7F", "\xC2\x80", std::string(limits::max_name_bytes + 1, 'k')});
    for (std::string const& key : keys) {
        input.expect_refused("a free key that breaks the limits of names", [&](auto& event) {
            event.metadata.extra[key] = "value";
        });
    }
    for (char const* key : {"correlation_id", "causation_id", "user"}) {
        input.expect_refused("a free key with the name of a field", [&](auto& event) {
            event.metadata.extra[key] = "value";
        });
    }
    input.expect_taken([](auto& event) { event.metadata.extra[std::string(limits::max_name_bytes, 'k')] = "value"; });
}

} // namespace detail

/// Every store refuses the same input as `InvalidInput`, and writes nothing then.
template <EventStoreFixture Fixture>
inline constexpr std::array input_contract{
    detail::rule<Fixture, &detail::bad_ids<Fixture>>("a nil event id is refused"),
    detail::rule<Fixture, &detail::repeated_ids<Fixture>>("an event id that stands twice in a commit is refused"),
    detail::rule<Fixture, &detail::repeated_streams<Fixture>>("a stream that stands twice in a commit is refused"),
    detail::rule<Fixture, &detail::too_many_events<Fixture>>("a commit holds up to 10,000 events"),
    detail::rule<Fixture, &detail::bad_times<Fixture>>("times outside of the years 1 to 9999 are refused"),
    detail::rule<Fixture, &detail::metadata_size<Fixture>>("the metadata of an event has up to 64 KiB"),
    detail::rule<Fixture, &detail::metadata_texts<Fixture>>("metadata that is not UTF-8 without NUL is refused"),
    detail::rule<Fixture, &detail::metadata_keys<Fixture>>("free keys have the limits of names and are no fields"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_INPUT_HPP
