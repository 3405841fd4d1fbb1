// SPDX-License-Identifier: MIT

#include <annals/json/catalogue.hpp>
#include <tests/catch.hpp>
#include <tests/contract/temporary_folder.hpp>
#include <tests/unit/json/schema_check.hpp>
#include <tests/unit/json/shop_events.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using annals::CatalogueMismatch;
using nlohmann::json;

namespace {

/// A catalogue of the shop's events, in a folder of its own.
class Catalogue {
public:
    Catalogue() { annals::write_catalogue<shop::Event>(path); }

    [[nodiscard]] std::string text() const {
        std::ifstream file{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    }
    [[nodiscard]] json read() const { return json::parse(text()); }
    void write(json const& catalogue) const { write(catalogue.dump()); }
    void write(std::string const& text) const { std::ofstream{path, std::ios::binary} << text; }

    [[nodiscard]] std::vector<std::string> differences() const {
        try {
            annals::check_catalogue<shop::Event>(path);
        } catch (CatalogueMismatch const& mismatch) {
            return mismatch.differences();
        }
        return {};
    }
    /// What `write_catalogue` refuses.
    [[nodiscard]] std::vector<std::string> refused() const {
        try {
            annals::write_catalogue<shop::Event>(path);
        } catch (CatalogueMismatch const& mismatch) {
            return mismatch.differences();
        }
        return {};
    }

private:
    annals_tests::TemporaryFolder folder_;

public:
    std::string path = folder_.file("events.json");
};

/// Version `version` of an event in a catalogue.
json& at(json& catalogue, std::string const& event, int version, std::string const& section = "events") {
    return catalogue.at(section).at(event).at("versions").at(std::to_string(version));
}
json& schema(json& catalogue, std::string const& event, int version) {
    return at(catalogue, event, version).at("schema");
}
/// Makes the catalogue not know a field.
void forget(json& version, std::string const& field) {
    version["schema"]["properties"].erase(field);
    version["example"].erase(field);
    json required = json::array();
    for (json const& name : version["schema"]["required"]) {
        if (name != field) {
            required.push_back(name);
        }
    }
    version["schema"]["required"] = required;
}
/// Makes the catalogue know a field that the code does not.
void invent(json& version, std::string const& field) {
    version["schema"]["properties"][field] = {{"type", "string"}};
    version["schema"]["required"].push_back(field);
}

struct Row {
    std::string sentence;
    void (*edit)(json& catalogue); ///< what the catalogue is, beside the code
};

/// What must not be.
std::vector<Row> const refused_rows{
    {"OrderCreated: version 2 has gained the field 'currency' (a string), but stored events of version 2 lack it. List "
     "the old struct in annals::event_history<OrderCreated>, or give the field a default with "
     "ANNALS_FIELDS_WITH_DEFAULTS.",
     [](json& c) { forget(at(c, "OrderCreated", 2), "currency"); }},
    {"OrderCreated: version 1 has gained the field 'customer_id' (a string), but stored events of version 1 lack it. "
     "Give OrderCreatedV1 the fields back that it was released with, or give the field a default with "
     "ANNALS_FIELDS_WITH_DEFAULTS.",
     [](json& c) { forget(at(c, "OrderCreated", 1), "customer_id"); }},
    {"ItemAdded: version 2 has lost the field 'note' (a string), which stored events of version 2 have. List the old "
     "struct in annals::event_history<ItemAdded>.",
     [](json& c) { invent(at(c, "ItemAdded", 2), "note"); }},
    {"OrderPlaced: version 1 has lost the field 'note' (a string), which stored events of version 1 have. Give "
     "OrderPlaced the fields back that it was released with.",
     [](json& c) { invent(at(c, "OrderPlaced", 1, "retired"), "note"); }},
    {"Noted: version 1 has lost the field 'tag.colour' (a string), which stored events of version 1 have. List the old "
     "struct in annals::event_history<Noted>.",
     [](json& c) { schema(c, "Noted", 1)["properties"]["tag"]["properties"]["colour"] = {{"type", "string"}}; }},
    {"OrderCreated: version 2: the field 'total_amount' was a string and is a number. List the old struct in "
     "annals::event_history<OrderCreated>.",
     [](json& c) { schema(c, "OrderCreated", 2)["properties"]["total_amount"] = {{"type", "string"}}; }},
    {"Noted: version 1: the field 'items[].quantity' was a number and is an integer from -2147483648 to 2147483647. "
     "List the old struct in annals::event_history<Noted>.",
     [](json& c) {
         schema(c, "Noted", 1)["properties"]["items"]["items"]["properties"]["quantity"] = {{"type", "number"}};
     }},
    {"Noted: version 1: the field 'stars' was an integer from -1 to 255 and is an integer from 0 to 255. List the old "
     "struct in annals::event_history<Noted>.",
     [](json& c) { schema(c, "Noted", 1)["properties"]["stars"]["minimum"] = -1; }},
    {"Noted: version 1: the field 'flags{}' was a string or nothing and is a boolean. List the old struct in "
     "annals::event_history<Noted>.",
     [](json& c) {
         schema(c, "Noted", 1)["properties"]["flags"]["additionalProperties"] =
             json::parse(R"({"anyOf":[{"type":"string"},{"type":"null"}]})");
     }},
    {"Noted: version 1: the field 'author' was an array, each element a string and is a string or nothing. List the "
     "old struct in annals::event_history<Noted>.",
     [](json& c) {
         schema(c, "Noted", 1)["properties"]["author"] = json::parse(R"({"type":"array","items":{"type":"string"}})");
     }},
    {"Noted: version 1: the field 'weight' was a number and is a number of 32 bits. List the old struct in "
     "annals::event_history<Noted>.",
     [](json& c) { schema(c, "Noted", 1)["properties"]["weight"] = {{"type", "number"}}; }},
    {"Noted: version 1: the field 'channel' was {\"enum\":[\"fax\"]} and is {\"enum\":[\"shop\",\"web\"]}. List the "
     "old struct in annals::event_history<Noted>.",
     [](json& c) { schema(c, "Noted", 1)["properties"]["channel"] = {{"enum", {"fax"}}}; }},
    {"ItemAdded: version 2 has no default for the field 'quantity' any more, which stored events of version 2 may "
     "lack. "
     "List the old struct in annals::event_history<ItemAdded>, or use ANNALS_FIELDS_WITH_DEFAULTS again.",
     [](json& c) { schema(c, "ItemAdded", 2)["required"] = {"product_id"}; }},
    {"ItemRemoved is in the catalogue but not in the code, and its events are stored for ever. Put it into "
     "annals::retired_events, or, if it was renamed, into annals::event_aliases of what it is now.",
     [](json& c) { c["events"]["ItemRemoved"] = c["events"]["ItemAdded"]; }},
    {"OrderShipped has lost its alias 'OrderPosted', under which events are stored. Put it back into "
     "annals::event_aliases<OrderShipped>.",
     [](json& c) { c["events"]["OrderShipped"]["aliases"].push_back("OrderPosted"); }},
    {"OrderShipped has lost its alias 'OrderPosted', under which events are stored. Put it back into "
     "annals::event_aliases<OrderShipped>.",
     [](json& c) {
         c["events"]["OrderShipped"]["aliases"].push_back("OrderPosted");
         c["events"]["OrderPosted"] = {{"aliases", json::array()}, {"versions", json::object()}};
     }},
    {"The code says version 2 of ItemAdded, the catalogue knows version 3. Put the steps that are missing back into "
     "annals::event_history<ItemAdded>.",
     [](json& c) { c["events"]["ItemAdded"]["versions"]["3"] = at(c, "ItemAdded", 2); }},
    {"The code says version 2 of ItemAdded, the catalogue knows version two. Put the steps that are missing back into "
     "annals::event_history<ItemAdded>.",
     [](json& c) { c["events"]["ItemAdded"]["versions"]["two"] = at(c, "ItemAdded", 2); }},
    {"The code says that no version 1 of Paid was ever stored, but the catalogue knows it. Put its step back in place "
     "of annals::NeverStored.",
     [](json& c) { c["events"]["Paid"]["versions"]["1"] = at(c, "Paid", 2); }},
    {"ItemAdded: the example of version 1 is not decoded any more: a field is missing in its JSON.",
     [](json& c) {
         c["events"]["ItemAdded"]["versions"]["1"] =
             json::parse(R"({"schema":{"type":"object"},"example":{"product_id":"p","amount":7}})");
     }},
    {"OrderShipped: the example of version 1 is not decoded any more: written again, it has lost or changed a value.",
     [](json& c) { at(c, "OrderShipped", 1)["example"]["carrier"] = "DHL"; }},
    {"OrderPlaced: the example of version 1 is not decoded any more: a field is missing in its JSON.",
     [](json& c) { at(c, "OrderPlaced", 1, "retired")["example"].erase("customer_id"); }},
};

/// What has only to be written down.
std::vector<Row> const wanted_rows{
    {"OrderCreated: version 2 is new.", [](json& c) { c["events"]["OrderCreated"]["versions"].erase("2"); }},
    {"Closed is new.", [](json& c) { c["events"].erase("Closed"); }},
    {"OrderPlaced is new.", [](json& c) { c["retired"].erase("OrderPlaced"); }},
    {"OrderPlaced is retired now.",
     [](json& c) {
         c["events"]["OrderPlaced"] = c["retired"]["OrderPlaced"];
         c["retired"].erase("OrderPlaced");
     }},
    {"Closed is retired no more.",
     [](json& c) {
         c["retired"]["Closed"] = c["events"]["Closed"];
         c["events"].erase("Closed");
     }},
    {"OrderShipped has the new alias 'OrderSent'.",
     [](json& c) { c["events"]["OrderShipped"]["aliases"] = json::array(); }},
    {"OrderShipped is new.", // renamed: the entry under the former name stays
     [](json& c) {
         c["events"]["OrderSent"] = c["events"]["OrderShipped"];
         c["events"]["OrderSent"]["aliases"] = json::array();
         c["events"]["OrderShipped"]["aliases"] = {"OrderSent"};
         c["events"].erase("OrderShipped");
     }},
    {"Noted: version 1 has gained the field 'weight' (a number of 32 bits), which has a default.",
     [](json& c) { forget(at(c, "Noted", 1), "weight"); }},
    {"Noted: version 1: the field 'stars' was an integer from 0 to 9 and is an integer from 0 to 255.",
     [](json& c) {
         schema(c, "Noted", 1)["properties"]["stars"]["maximum"] = 9;
         at(c, "Noted", 1)["example"]["stars"] = 8;
     }},
    {"Noted: version 1: the field 'author' was a string and is a string or nothing.",
     [](json& c) { schema(c, "Noted", 1)["properties"]["author"] = {{"type", "string"}}; }},
    {"Noted: version 1: the field 'channel' was {\"enum\":[\"web\"]} and is {\"enum\":[\"shop\",\"web\"]}.",
     [](json& c) {
         schema(c, "Noted", 1)["properties"]["channel"] = {{"enum", {"web"}}};
         at(c, "Noted", 1)["example"]["channel"] = "web";
     }},
};

} // namespace

TEST_CASE("catalogue: what was written is up to date, and writing it again changes nothing") {
    Catalogue const catalogue;
    CHECK(catalogue.differences().empty());
    std::string const text = catalogue.text();
    annals::write_catalogue<shop::Event>(catalogue.path);
    CHECK(catalogue.text() == text);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.substr(text.size() - 3) == "\n}\n");
}

TEST_CASE("catalogue: a version's example and schema say what its struct is") {
    json catalogue = Catalogue{}.read();
    CHECK(catalogue["annals"] == 1);
    CHECK(catalogue["events"].size() == 6);
    CHECK(catalogue["retired"].size() == 1);
    CHECK(
        at(catalogue, "OrderCreated", 1) == json::parse(
                                                R"({"schema":{"type":"object","required":["customer_id","total_amount"],
                          "properties":{"customer_id":{"type":"string"},"total_amount":{"type":"number"}}},
                "example":{"customer_id":"customer_id 1","total_amount":2.5}})"
                                            )
    );
    CHECK(catalogue["events"]["OrderShipped"]["aliases"] == json{"OrderSent"});
    CHECK_FALSE(catalogue["events"]["ItemAdded"]["versions"].contains("1")); // no struct is left of it
    CHECK_FALSE(catalogue["events"]["Paid"]["versions"].contains("1"));
}

TEST_CASE("catalogue: the schemas hold for the examples, and not for others") {
    json const catalogue = Catalogue{}.read();
    std::size_t versions = 0;
    std::size_t damaged = 0;
    for (json const& section : {catalogue["events"], catalogue["retired"]}) {
        for (json const& event : section) {
            for (json const& version : event["versions"]) {
                ++versions;
                CHECK(json_tests::is_valid(version["example"], version["schema"]));
                for (auto const& [field, value] : version["example"].items()) {
                    json other = version["example"];
                    other[field] = value.is_boolean() ? json("no") : json(true);
                    ++damaged;
                    CHECK_FALSE(json_tests::is_valid(other, version["schema"]));
                }
            }
        }
    }
    CHECK(versions == 8);
    CHECK(damaged == 20);
}

TEST_CASE("catalogue: a difference that leaves stored events unread is named, and never written") {
    Catalogue const file;
    json const good = file.read();
    for (Row const& row : refused_rows) {
        INFO(row.sentence);
        json catalogue = good;
        row.edit(catalogue);
        file.write(catalogue);
        std::string const before = file.text();
        CHECK(file.differences() == std::vector<std::string>{row.sentence});
        CHECK(file.refused() == std::vector<std::string>{row.sentence});
        CHECK(file.text() == before);
    }
}

TEST_CASE("catalogue: a difference that does no harm is to be written down") {
    Catalogue const file;
    json const good = file.read();
    for (Row const& row : wanted_rows) {
        INFO(row.sentence);
        json catalogue = good;
        row.edit(catalogue);
        file.write(catalogue);
        CHECK(
            file.differences() == std::vector<std::string>{row.sentence + " Write the catalogue anew and commit it."}
        );
        CHECK(file.refused().empty());
        CHECK(file.differences().empty());
        json const written = file.read();
        for (auto const& [name, event] : catalogue["events"].items()) { // it has only grown
            json const& now = written[written["events"].contains(name) ? "events" : "retired"][name];
            for (auto const& [number, version] : event["versions"].items()) {
                CHECK(now["versions"][number]["example"] == version["example"]);
            }
        }
    }
}

TEST_CASE("catalogue: all differences are named at once") {
    Catalogue const file;
    json catalogue = file.read();
    for (std::size_t const row : {0U, 2U, 13U}) {
        refused_rows[row].edit(catalogue);
    }
    wanted_rows[1].edit(catalogue);
    file.write(catalogue);
    std::vector<std::string> const differences = file.differences();
    CHECK(differences.size() == 4);
    CHECK(file.refused().size() == 3);
    try {
        annals::check_catalogue<shop::Event>(file.path);
    } catch (annals::Error const& error) {
        for (std::string const& sentence : differences) {
            CHECK(std::string{error.what()}.find("\n- " + sentence) != std::string::npos);
        }
    }
}

TEST_CASE("catalogue: who compares less, notices less") {
    Catalogue const file;
    json const good = file.read();
    SECTION("the current version only") {
        json catalogue = good;
        refused_rows[1].edit(catalogue);
        file.write(catalogue);
        CHECK(file.refused().size() == 1);
        catalogue["events"]["OrderCreated"]["versions"].erase("1");
        file.write(catalogue);
        CHECK(file.refused().empty());
    }
    SECTION("a catalogue that is made anew each time has no example of what the code has no struct of") {
        json catalogue = good;
        refused_rows[19].edit(catalogue);
        file.write(catalogue);
        CHECK(file.refused().size() == 1);
        file.write(good);
        CHECK(file.refused().empty());
    }
}

TEST_CASE("catalogue: a file that is none is refused, whatever it holds") {
    Catalogue const file;
    std::string const good = file.text();
    for (std::string const& text :
         {std::string{},
          good.substr(0, good.size() / 2),
          std::string{"[]"},
          std::string{"null"},
          std::string{R"({"annals":2,"events":{},"retired":{}})"},
          std::string{R"({"annals":1})"},
          std::string{R"({"annals":1,"events":[],"retired":{}})"},
          std::string{R"({"annals":1,"events":{"Closed":7},"retired":{}})"},
          std::string{R"({"annals":1,"events":{"Closed":{"aliases":[1],"versions":{}}},"retired":{}})"},
          std::string{R"({"annals":1,"events":{"Closed":{"aliases":[],"versions":{"1":{}}}},"retired":{}})"}}) {
        INFO(text.substr(0, 100));
        file.write(text);
        CHECK(file.refused().size() == 1);
        CHECK(file.differences().size() == 1);
        CHECK(file.text() == text);
    }
}

TEST_CASE("catalogue: without a file there is nothing to compare with, and a file that cannot be written is an error") {
    annals_tests::TemporaryFolder const folder;
    std::string const path = folder.file("events.json");
    CHECK_THROWS_AS(annals::check_catalogue<shop::Event>(path), CatalogueMismatch);
    CHECK_THROWS_AS(annals::write_catalogue<shop::Event>(folder.file("no folder/events.json")), annals::Error);
    annals::write_catalogue<shop::Event>(path);
    CHECK_NOTHROW(annals::check_catalogue<shop::Event>(path));
}
