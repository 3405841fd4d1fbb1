// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <annals/json/fields.hpp>
#include <annals/personal.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using annals::Personal;
using Catch::Matchers::ContainsSubstring;

namespace personal_tests {

struct Address {
    std::string street;
    int number{};

    friend bool operator==(Address const&, Address const&) = default;
};
ANNALS_FIELDS(Address, street, number)

struct Ordered {
    std::string customer;
    Personal<std::string> email;
    Personal<Address> home;
    std::vector<Personal<std::string>> guests;
    std::optional<Personal<double>> score;
    Personal<std::optional<int>> age;

    friend bool operator==(Ordered const&, Ordered const&) = default;
};
ANNALS_FIELDS(Ordered, customer, email, home, guests, score, age)

/// The same by the macro of nlohmann/json.
struct Called {
    std::string customer;
    Personal<std::string> phone;

    friend bool operator==(Called const&, Called const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Called, customer, phone)

using Event = std::variant<Ordered, Called>;

} // namespace personal_tests

using namespace personal_tests;

TEST_CASE("personal: a value knows whose it is", "[personal]") {
    Personal const email{"c7", std::string{"ann@example.com"}};
    CHECK(email.subject() == "c7");
    CHECK(email.has_value());
    CHECK_FALSE(email.is_forgotten());
    CHECK(email.value() == "ann@example.com");
    CHECK(email.value_or("gone") == "ann@example.com");
    CHECK(email == Personal{"c7", std::string{"ann@example.com"}});
    CHECK_FALSE(email == Personal{"c8", std::string{"ann@example.com"}});
}

TEST_CASE("personal: of a forgotten value the subject is left", "[personal]") {
    auto const email = Personal<std::string>::forgotten("c7");
    CHECK(email.subject() == "c7");
    CHECK(email.is_forgotten());
    CHECK_FALSE(email.has_value());
    CHECK(email.value_or("gone") == "gone");
    CHECK_THROWS_AS(email.value(), annals::UsageError);
}

TEST_CASE("personal: nobody's value is not a forgotten one", "[personal]") {
    Personal<std::string> const nobodys;
    CHECK(nobodys.subject().empty());
    CHECK_FALSE(nobodys.has_value());
    CHECK_FALSE(nobodys.is_forgotten());
    CHECK_THROWS_AS(nobodys.value(), annals::UsageError);
}

TEST_CASE("personal: a subject is a name", "[personal]") {
    for (std::string const& subject :
         {std::string{}, std::string{"a\nb"}, std::string{"\xFF"}, std::string(256, 'x')}) {
        CHECK_THROWS_AS((Personal{subject, 1}), annals::InvalidInput);
        CHECK_THROWS_AS(Personal<int>::forgotten(subject), annals::InvalidInput);
    }
}

TEST_CASE("personal: values go to JSON and back", "[personal][json]") {
    annals::JsonCodec<Event> const codec{};
    auto const there_and_back = [&codec](Event const& event) {
        return codec.decode(json_tests::stored(codec.encode(event)));
    };
    Event const full = Ordered{
        "c7",
        {"c\"7\\", "ann@ex\\\"{[,.com"},
        {"c7",
         Address{
             "\xC3\x84"
             "cker",
             3
         }},
        {{"c8", "x,y"}, Personal<std::string>::forgotten("c9"), {}},
        Personal{"c7", 0.5},
        {"c7", 42},
    };
    CHECK(there_and_back(full) == full);
    CHECK(there_and_back(Ordered{}) == Event{Ordered{}});
    Event const no_age = Ordered{"c7", {}, {}, {}, {}, {"c7", std::nullopt}};
    CHECK(there_and_back(no_age) == no_age);
    Event const called = Called{"c7", {"c7", "0123"}};
    CHECK(there_and_back(called) == called);
    CHECK(codec.encode(called).data == R"({"customer":"c7","phone":{"annals:subject":"c7","value":"0123"}})");
}

TEST_CASE("personal: what is sealed is not what is forgotten", "[personal][json]") {
    annals::JsonCodec<Event> const codec{};
    auto const decode = [&codec](std::string phone) {
        auto const event =
            codec.decode(json_tests::stored({"Called", 1, R"({"customer":"c7","phone":)" + phone + "}"}));
        return std::get<Called>(event).phone;
    };
    CHECK(decode(R"({"annals:subject":"c7"})") == Personal<std::string>::forgotten("c7"));
    CHECK_THROWS_WITH(
        decode(R"({"annals:subject":"c7","sealed":"QUJD"})"),
        ContainsSubstring("its personal data is sealed: open the store with its key store")
    );
    CHECK_THROWS_AS(decode(R"({"annals:subject":"","value":"0123"})"), annals::DecodeError);
    CHECK_THROWS_AS(decode(R"({"annals:subject":"c7","value":7})"), annals::DecodeError);
    CHECK_THROWS_AS(decode(R"({"value":"0123"})"), annals::DecodeError);
    CHECK_THROWS_AS(decode(R"("0123")"), annals::DecodeError);
}
