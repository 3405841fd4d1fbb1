// SPDX-License-Identifier: MIT

#include <annals/json/catalogue.hpp>
#include <tests/catch.hpp>
#include <tests/contract/temporary_folder.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Releases of an application in namespaces: the second adds a currency, once without thinking and once as one should.

namespace first {
struct Placed {
    std::string customer;
    double total{};
};
ANNALS_FIELDS(Placed, customer, total)
struct Noted {
    std::string text;
};
ANNALS_FIELDS(Noted, text)
using Event = std::variant<Placed, Noted>;
} // namespace first

namespace careless {
struct Placed {
    std::string customer;
    double total{};
    std::string currency;
};
ANNALS_FIELDS(Placed, customer, total, currency)
using Event = std::variant<Placed, first::Noted>;
} // namespace careless

namespace defaulted {
struct Placed {
    std::string customer;
    double total{};
    std::string currency = "USD";
};
ANNALS_FIELDS_WITH_DEFAULTS(Placed, customer, total, currency)
using Event = std::variant<Placed, first::Noted>;
} // namespace defaulted

namespace careful {
struct PlacedV1 {
    std::string customer;
    double total{};
};
ANNALS_FIELDS(PlacedV1, customer, total)
struct Placed {
    std::string customer;
    double total{};
    std::string currency;
};
ANNALS_FIELDS(Placed, customer, total, currency)
[[nodiscard]] inline Placed upcast(PlacedV1 const& v1) { return {v1.customer, v1.total, "USD"}; }
using Event = std::variant<Placed, first::Noted>;
} // namespace careful

template <>
inline constexpr auto annals::event_history<careful::Placed> = annals::history<careful::PlacedV1>;

namespace renamed {
struct OrderPlaced {
    std::string customer;
    double total{};
};
ANNALS_FIELDS(OrderPlaced, customer, total)
using Event = std::variant<OrderPlaced, first::Noted>;
} // namespace renamed

template <>
inline constexpr auto annals::event_aliases<renamed::OrderPlaced> = std::array<std::string_view, 1>{"Placed"};

namespace dropped {
struct Closed {};
using Event = std::variant<first::Placed, Closed>;
} // namespace dropped

namespace retired {
struct Noted {
    std::string text;
};
ANNALS_FIELDS(Noted, text)
using Event = std::variant<first::Placed>;
[[nodiscard]] inline std::vector<Event> upcast(Noted const&) { return {}; }
} // namespace retired

template <>
inline constexpr auto annals::retired_events<retired::Event> = annals::history<retired::Noted>;

namespace same_name {
struct Noted {
    int stars{};
};
ANNALS_FIELDS(Noted, stars)
using Event = std::variant<Noted>;
} // namespace same_name

namespace {

template <class... Variants>
[[nodiscard]] std::vector<std::string> written(std::string const& path) {
    try {
        annals::write_catalogue<Variants...>(path);
    } catch (annals::CatalogueMismatch const& mismatch) {
        return mismatch.differences();
    }
    annals::check_catalogue<Variants...>(path);
    return {};
}

} // namespace

TEST_CASE("catalogue: a new release may be written down if it reads what the last one stored") {
    annals_tests::TemporaryFolder const folder;
    std::string const path = folder.file("events.json");
    REQUIRE(written<first::Event>(path).empty());
    SECTION("a field more") {
        CHECK(
            written<careless::Event>(path) ==
            std::vector<std::string>{
                "Placed: version 1 has gained the field 'currency' (a string), but stored events of version 1 lack it. "
                "List the old struct in annals::event_history<Placed>, or give the field a default with "
                "ANNALS_FIELDS_WITH_DEFAULTS."
            }
        );
    }
    SECTION("a field more, with a default") { CHECK(written<defaulted::Event>(path).empty()); }
    SECTION("a field more, and the old struct in the history") {
        CHECK_THROWS_AS(annals::check_catalogue<careful::Event>(path), annals::CatalogueMismatch);
        REQUIRE(written<careful::Event>(path).empty());
        CHECK(
            written<first::Event>(path) ==
            std::vector<std::string>{
                "The code says version 1 of Placed, the catalogue knows version 2. Put the steps that are missing back "
                "into annals::event_history<Placed>."
            }
        );
    }
    SECTION("a new name, and the former one as an alias") {
        REQUIRE(written<renamed::Event>(path).empty());
        CHECK(written<first::Event>(path).size() == 1); // the new name is stored by now
    }
    SECTION("an event less") {
        CHECK(
            written<dropped::Event>(path) ==
            std::vector<std::string>{
                "Noted is in the catalogue but not in the code, and its events are stored for ever. Put it into "
                "annals::retired_events, or, if it was renamed, into annals::event_aliases of what it is now."
            }
        );
    }
    SECTION("an event retired") { CHECK(written<retired::Event>(path).empty()); }
    SECTION("another variant with the same events") { CHECK(written<first::Event, dropped::Event>(path).empty()); }
    SECTION("another variant with an event of the same name") {
        auto const differences = written<first::Event, same_name::Event>(path);
        CHECK(
            differences ==
            std::vector<std::string>{
                "Two events of the code are stored as Noted. Specialise annals::event_name for one of them, or keep a "
                "catalogue for each variant."
            }
        );
    }
}
