// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_NAMES_HPP
#define ANNALS_TESTING_CONTRACT_NAMES_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

// Names that a careless store takes for one another.

[[nodiscard]] inline std::vector<std::string> names_by_case() {
    return {"order", "Order", "ORDER", "ordeR", "ärger", "Ärger", "straße", "strasse"};
}
[[nodiscard]] inline std::vector<std::string> names_by_spaces() {
    return {"a", "a ", " a", " a ", "a  ", "a b", "a  b", "ab", "\u00A0a", " "};
}
[[nodiscard]] inline std::vector<std::string> names_like_sql() {
    return {"o'brien", "o''brien", "o\"brien", "%",  "_",  "a%",  "a_", "x' OR '1'='1", "'; DROP TABLE events; --",
            "\\'",     "\\",       "\\\\",     "$1", "?1", ":id", "{}", "NULL",         "null",
            "[x]",     "/*"};
}
[[nodiscard]] inline std::vector<std::string> names_like_numbers() {
    return {"1", "01", "1.0", "+1", "1e0", "0x1", "0", "-0", "9223372036854775807", "9223372036854775808"};
}
[[nodiscard]] inline std::vector<std::string> names_in_unicode() {
    // A letter composed and not, a letter of another script, a zero-width joiner, and characters of four bytes.
    return {"\u00E9", "e\u0301", "a", "\u0430", "a\u200D", "\U0001F600", "\U0001F601", "\uFFFD", "日本"};
}
[[nodiscard]] inline std::vector<std::string> names_at_full_length() {
    std::string const front(limits::max_name_bytes - 1, 'n');
    return {front, front + "1", front + "2", front + "n"};
}
/// 64 names of three pieces that look the same.
[[nodiscard]] inline std::vector<std::string> names_by_the_dozen() {
    std::array<std::string, 4> const pieces{"a", "A", "\u0430", "a "};
    std::vector<std::string> names;
    for (std::string const& first : pieces) {
        for (std::string const& second : pieces) {
            for (std::string const& third : pieces) {
                names.push_back(first + second + third);
            }
        }
    }
    return names;
}

/// Each stream has its own events and version: whatever is appended to one is not seen in another.
template <class Fixture>
void expect_kept_apart(Fixture& fixture, std::vector<StreamName> const& streams) {
    EventLedger<Fixture> ledger;
    std::size_t n = 0;
    for (StreamName const& stream : streams) {
        ledger.append(fixture.store(), stream, ExpectedVersion::no_stream(), make_events<Fixture>(n, 1 + n % 2));
        n += 2;
    }
    ledger.check(fixture.store());
    std::vector<std::vector<NewEventOf<Fixture>>> events;
    std::vector<AppendOf<Fixture>> commit;
    events.reserve(streams.size());
    for (StreamName const& stream : streams) {
        events.push_back(make_events<Fixture>(n++, 1));
        commit.push_back({stream, ExpectedVersion::exactly(fixture.store().stream_version(stream)), events.back()});
    }
    ledger.append(fixture.store(), commit);
    ledger.check(fixture.second_handle());
}

template <class Fixture, std::vector<std::string> (*Names)()>
void names_are_kept_apart(Fixture& fixture) {
    std::vector<StreamName> streams;
    for (std::string const& name : Names()) {
        streams.push_back(stream_named(name));
    }
    expect_kept_apart(fixture, streams);
}

template <class Fixture>
void type_names_are_kept_apart(Fixture& fixture) {
    std::vector<StreamName> streams;
    for (char const* name : {"Order", "order", "Order ", "O'rder", "1", "01", "\u00E9", "e\u0301"}) {
        streams.emplace_back(name, "order-1");
    }
    expect_kept_apart(fixture, streams);
}

template <class Fixture>
void types_are_kept_apart(Fixture& fixture) {
    expect_kept_apart(
        fixture,
        {StreamName{"Order", "1"},
         StreamName{"Invoice", "1"},
         StreamName{"1", "Order"},
         StreamName{"Order", "2"},
         StreamName{"a", "b/c"},
         StreamName{"a/b", "c"},
         StreamName{"ab", "c"},
         StreamName{"a", "bc"},
         StreamName{"a-b", "c"},
         StreamName{"a", "b-c"}}
    );
}

} // namespace detail

/// Streams are told apart by every byte of their names.
template <EventStoreFixture Fixture>
inline constexpr std::array names_contract{
    detail::rule<Fixture, &detail::types_are_kept_apart<Fixture>>("equal ids of different types are different streams"),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_by_case>>(
        "names that differ in case are different streams"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_by_spaces>>(
        "names that differ in spaces are different streams"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_like_sql>>(
        "quotes, wildcards and SQL in names are plain text"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_like_numbers>>(
        "names that look like the same number are different streams"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_in_unicode>>(
        "names that look alike in Unicode are different streams"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_at_full_length>>(
        "names of 255 bytes are told apart by the last one"
    ),
    detail::rule<Fixture, &detail::names_are_kept_apart<Fixture, &detail::names_by_the_dozen>>(
        "64 names that look alike are 64 streams"
    ),
    detail::rule<Fixture, &detail::type_names_are_kept_apart<Fixture>>(
        "types of aggregates are told apart by every byte too"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_NAMES_HPP
