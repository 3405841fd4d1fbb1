// SPDX-License-Identifier: MIT

#include <annals/nats.hpp>
#include <tests/catch.hpp>
#include <tests/support/messages.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace {

using annals::StreamName;
using annals::nats::subject_of;
using annals::nats::subject_token;
using annals::nats::detail::KeyQueues;
using annals::nats::detail::parse_ack;

} // namespace

TEST_CASE("nats: a subject has one token for the type and one for the id, whatever they hold", "[nats]") {
    CHECK(subject_of("shop", {"Order", "o-1"}) == "shop.Order.o-1");
    CHECK(subject_of("shop", {"Order.Line", "a b"}) == "shop.Order%2ELine.a%20b");
    CHECK(subject_of("shop", {">", "*"}) == "shop.%3E.%2A");
    CHECK(subject_token("$JS.API") == "%24JS%2EAPI");
    CHECK(subject_token("\xC3\xA9") == "\xC3\xA9");

    std::set<std::string> tokens;
    for (std::string const text : {"a.b", "a%2Eb", "a b", "a%20b", "a", "%61", "*", ">", "%"}) {
        std::string const token = subject_token(text);
        CHECK_NOTHROW(annals::nats::require_subject(subject_of("shop", {text, text})));
        CHECK(tokens.insert(token).second);
    }
}

TEST_CASE("nats: an answer of JetStream confirms a message only with a sequence", "[nats]") {
    CHECK(parse_ack(R"({"stream":"SHOP", "seq":17})").sequence == 17);
    CHECK(parse_ack(R"({"stream":"SHOP", "seq":17})").error == 0);
    CHECK(parse_ack(R"({"stream":"SHOP","domain":"d","seq":18446744073709551615,"duplicate": true})").error == 0);
    CHECK(parse_ack(R"({"stream":"SHOP","seq":0,"duplicate": true})").error != 0);
    CHECK(
        parse_ack(R"({"error":{"code":400,"err_code":10060,"description":"a"},"stream":"S","seq":0})").error == 10060
    );
    CHECK(parse_ack(R"({"error":{"code":503,"description":"a"},"stream":"S","seq":3})").error == -1);
    CHECK(parse_ack("").error != 0);
    CHECK(parse_ack("+OK").error != 0);
}

TEST_CASE("nats: of each key one message is under way at a time", "[nats]") {
    auto const messages = annals_tests::numbered_messages(5, 2, "shop"); // keys 0 1 0 1 0
    KeyQueues queues{messages};
    CHECK(queues.take_ready() == 0);
    CHECK(queues.take_ready() == 1);
    CHECK_FALSE(queues.has_ready());
    CHECK(queues.under_way() == 2);
    queues.confirm(1);
    CHECK(queues.take_ready() == 3);
    queues.confirm(3);
    CHECK_FALSE(queues.has_ready());
    for (std::size_t const nonsense : {std::size_t{3}, std::size_t{4}, std::size_t{5}, ~std::size_t{0}}) {
        queues.confirm(nonsense); // confirmed, not sent, not there
    }
    CHECK_FALSE(queues.has_ready());
    CHECK(queues.under_way() == 1);
    queues.confirm(0);
    CHECK(queues.take_ready() == 2);
    queues.confirm(2);
    CHECK_FALSE(queues.is_done());
    CHECK(queues.take_ready() == 4);
    queues.confirm(4);
    CHECK(queues.is_done());
}
