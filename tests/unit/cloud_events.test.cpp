// SPDX-License-Identifier: MIT

#include <annals/cloud_events.hpp>
#include <tests/catch.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using annals::CloudEventFormat;
using annals::CloudEventMode;
using annals::Message;
using annals::Position;
using Event = CloudEventFormat::Event;

Event shipped() {
    return {
        annals::parse_event_id("01890a5d-ac96-774b-bcce-b302099a8057"),
        {"Order", "o-1"},
        annals::Version{3},
        Position{17},
        annals::parse_timestamp("2010-12-01T08:26:00.000001Z"),
        {"cor", "cau", "Zoë", {{"region", "eu"}}},
        {"order-shipped", 2, R"({"carrier":"DHL"})"}
    };
}

std::string topic_of(Event const& event) { return "shop." + event.payload.type; }

Message made(Event const& event, CloudEventMode mode, std::string const& type = "application/json") {
    return CloudEventFormat{"/shop/orders", mode, topic_of, type}(event);
}

nlohmann::json document(Event const& event, std::string const& type = "application/json") {
    return nlohmann::json::parse(made(event, CloudEventMode::structured, type).body);
}

std::map<std::string, std::string> headers_of(Message const& message) {
    return {message.headers.begin(), message.headers.end()};
}

} // namespace

TEST_CASE("cloud events: a message has the event's id, its stream as key, and the subject that was asked for") {
    for (auto const mode : {CloudEventMode::structured, CloudEventMode::binary_nats, CloudEventMode::binary_kafka}) {
        Message const message = made(shipped(), mode);
        CHECK(message.id == shipped().event_id);
        CHECK(message.key == "Order-o-1");
        CHECK(message.subject == "shop.order-shipped");
        CHECK_NOTHROW(require_valid(message));
    }
}

TEST_CASE("cloud events: structured mode is one JSON document") {
    Message const message = made(shipped(), CloudEventMode::structured);
    CHECK(
        message.headers == decltype(message.headers){{"content-type", "application/cloudevents+json; charset=UTF-8"}}
    );
    CHECK(
        message.body == R"({"specversion":"1.0","id":"01890a5d-ac96-774b-bcce-b302099a8057","source":"/shop/orders",)"
                        R"("type":"order-shipped","subject":"Order-o-1","time":"2010-12-01T08:26:00.000001Z",)"
                        R"("datacontenttype":"application/json","partitionkey":"Order-o-1",)"
                        R"("sequence":"0000000000000000017","streamrevision":"3","schemaversion":2,)"
                        R"("correlationid":"cor","causationid":"cau","user":"Zoë","region":"eu",)"
                        R"("data":{"carrier":"DHL"}})"
    );
}

TEST_CASE("cloud events: binary mode has the attributes as headers and the payload as it is") {
    Message const nats = made(shipped(), CloudEventMode::binary_nats);
    CHECK(nats.body == R"({"carrier":"DHL"})");
    CHECK(
        headers_of(nats) ==
        std::map<std::string, std::string>{
            {"content-type", "application/json"},
            {"ce-specversion", "1.0"},
            {"ce-id", "01890a5d-ac96-774b-bcce-b302099a8057"},
            {"ce-source", "/shop/orders"},
            {"ce-type", "order-shipped"},
            {"ce-subject", "Order-o-1"},
            {"ce-time", "2010-12-01T08:26:00.000001Z"},
            {"ce-datacontenttype", "application/json"},
            {"ce-partitionkey", "Order-o-1"},
            {"ce-sequence", "0000000000000000017"},
            {"ce-streamrevision", "3"},
            {"ce-schemaversion", "2"},
            {"ce-correlationid", "cor"},
            {"ce-causationid", "cau"},
            {"ce-user", "Zo%C3%AB"},
            {"ce-region", "eu"}
        }
    );
    Message const kafka = made(shipped(), CloudEventMode::binary_kafka);
    CHECK(kafka.body == nats.body);
    auto const headers = headers_of(kafka);
    CHECK(headers.size() == headers_of(nats).size() - 1);
    CHECK(headers.at("content-type") == "application/json");
    CHECK(headers.at("ce_user") == "Zoë");
    CHECK(headers.count("ce_datacontenttype") == 0);
}

TEST_CASE("cloud events: any text comes back out of the JSON as it was") {
    std::string const hostile = "a\"b\\c/\xE2\x80\xA8\xF0\x9F\x93\xA6 {}%";
    Event event = shipped();
    event.stream = {"Or\"der", hostile};
    event.payload.type = hostile;
    event.metadata = {hostile, hostile, hostile, {{"note", hostile}}};
    auto const json = document(event);
    CHECK(json["type"] == hostile);
    CHECK(json["subject"] == "Or\"der-" + hostile);
    CHECK(json["correlationid"] == hostile);
    CHECK(json["causationid"] == hostile);
    CHECK(json["user"] == hostile);
    CHECK(json["note"] == hostile);
    CHECK(json["data"] == nlohmann::json{{"carrier", "DHL"}});
}

TEST_CASE("cloud events: a header of NATS is percent-encoded") {
    Event event = shipped();
    event.metadata.user = "a b\"c%d~\xC3\xA9";
    CHECK(headers_of(made(event, CloudEventMode::binary_nats)).at("ce-user") == "a%20b%22c%25d~%C3%A9");
}

TEST_CASE("cloud events: metadata that cannot be an attribute is left out") {
    Event event = shipped();
    event.metadata = {"", "line\nbreak", "\x7F", {}};
    for (std::string const key :
         {"Region", "re-gion", "re_gion", "r\xC3\xA9gion", "id", "source", "sequence", "data"}) {
        event.metadata.extra[key] = "x";
    }
    event.metadata.extra["dataschema"] = "x";
    event.metadata.extra["empty"] = "";
    event.metadata.extra["control"] = "\x01";
    event.metadata.extra["traceparent"] = "00-4bf9";
    std::vector<std::string> names;
    auto const json = document(event);
    for (auto item = json.begin(); item != json.end(); ++item) {
        names.push_back(item.key());
    }
    CHECK(
        names ==
        std::vector<std::string>{
            "data",
            "datacontenttype",
            "id",
            "partitionkey",
            "schemaversion",
            "sequence",
            "source",
            "specversion",
            "streamrevision",
            "subject",
            "time",
            "traceparent",
            "type"
        }
    );
    CHECK(json["id"] == "01890a5d-ac96-774b-bcce-b302099a8057");

    event.metadata = {"cor", "", "", {{"correlationid", "mine"}}};
    CHECK(document(event)["correlationid"] == "cor");
    event.metadata.correlation_id = "";
    CHECK(document(event)["correlationid"] == "mine");
}

TEST_CASE("cloud events: sequences sort as positions do") {
    std::int64_t const last = (std::numeric_limits<std::int64_t>::max)();
    std::vector<Position> const positions{
        Position{},
        Position{9},
        Position{10},
        Position{10, 1},
        Position{10, 9},
        Position{10, 10},
        Position{11},
        Position{last},
        Position{last, last}
    };
    std::vector<std::string> sequences;
    for (Position const position : positions) {
        Event event = shipped();
        event.position = position;
        sequences.push_back(document(event)["sequence"]);
    }
    CHECK(std::is_sorted(sequences.begin(), sequences.end()));
    CHECK(std::adjacent_find(sequences.begin(), sequences.end()) == sequences.end());
}

TEST_CASE("cloud events: data of another type is a string, and none is none") {
    Event event = shipped();
    event.payload.data = "<a b=\"c\">";
    CHECK(document(event, "text/xml")["data"] == "<a b=\"c\">");
    event.payload.data = "[1]";
    CHECK(document(event, "application/vnd.shop+JSON ; charset=utf-8")["data"] == nlohmann::json{1});
    CHECK(document(event, "text/json")["data"] == nlohmann::json{1});
    CHECK(document(event, "application/jsonp")["data"] == "[1]");
    event.payload.data = "";
    CHECK_FALSE(document(event).contains("data"));
}

TEST_CASE("cloud events: a source that is no URI reference, or a type that is none, is refused") {
    auto const format = [](std::string source, std::string type) {
        return CloudEventFormat{std::move(source), CloudEventMode::structured, topic_of, std::move(type)};
    };
    for (std::string const source : {"/", "shop", "https://shop.example/a%20b?c#d", "urn:shop:1", "//[::1]/"}) {
        CAPTURE(source);
        CHECK_NOTHROW(format(source, "application/json"));
    }
    for (std::string const source : {"", "a b", "a%2", "a%", "a%zz", "a\n", "\xC3\xA9", "<a>", "a\"", "a\\b"}) {
        CAPTURE(source);
        CHECK_THROWS_AS(format(source, "application/json"), annals::InvalidInput);
    }
    for (std::string const type : {"", "json", "/json", "application/", "a/b\r\nc: d", "\xC3\xA9/b"}) {
        CAPTURE(type);
        CHECK_THROWS_AS(format("/", type), annals::InvalidInput);
    }
}

TEST_CASE("message keys: no two streams have the same") {
    CHECK(annals::message_key({"Order", "o-1"}) == "Order-o-1");
    CHECK(annals::message_key({"Order-o", "1"}) == "Order%2Do-1");
    CHECK(annals::message_key({"Order%2Do", "1"}) == "Order%252Do-1");
}
