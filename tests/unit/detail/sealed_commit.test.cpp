// SPDX-License-Identifier: MIT

#include <annals/detail/sealed_commit.hpp>
#include <tests/catch.hpp>
#include <tests/unit/pipeline/stages.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using annals::detail::SealedCommit;

namespace {

using Event = annals::NewEvent<annals::EncodedPayload>;
using Part = annals::StreamAppend<annals::EncodedPayload>;

Event event(std::string data) {
    return {annals::new_event_id(), annals::Timestamp{}, annals::Metadata{}, {"Noted", 1, std::move(data)}};
}

} // namespace

TEST_CASE("sealed commit: without a transform it is the caller's own", "[sealing]") {
    std::vector<Event> const events{event("{}")};
    std::vector<Part> const commit{{annals::StreamName{"Order", "1"}, annals::ExpectedVersion::any(), events}};
    SealedCommit const sealed{nullptr, commit};
    CHECK(sealed.commit().data() == commit.data());
}

TEST_CASE("sealed commit: each event is sealed for its own place", "[sealing]") {
    std::vector<Event> const first{event("{}"), event("[1]")};
    std::vector<Event> const second{event("[2]")};
    std::vector<Part> const commit{
        {annals::StreamName{"Order", "1"}, annals::ExpectedVersion::any(), first},
        {annals::StreamName{"Order", "2"}, annals::ExpectedVersion::no_stream(), second},
    };
    annals::PayloadPipeline const pipeline{pipeline_tests::Turned{}};
    SealedCommit const sealed{&pipeline, commit};
    REQUIRE(sealed.commit().size() == 2);
    for (std::size_t i = 0; i < commit.size(); ++i) {
        auto const& part = sealed.commit()[i];
        CHECK(part.stream == commit[i].stream);
        CHECK(part.expected == commit[i].expected);
        REQUIRE(part.events.size() == commit[i].events.size());
        for (std::size_t k = 0; k < part.events.size(); ++k) {
            auto const& [is, was] = std::pair{part.events[k], commit[i].events[k]};
            CHECK(is.event_id == was.event_id);
            CHECK(is.payload.data != was.payload.data);
            CHECK(pipeline.open({part.stream, was.event_id, {}}, is.payload.data) == was.payload.data);
        }
    }
}

TEST_CASE("sealed commit: personal data that nobody seals is refused", "[sealing][personal]") {
    auto const refuses = [](std::string data) {
        std::vector<Event> const events{event("{}"), event(std::move(data))};
        std::vector<Part> const commit{{annals::StreamName{"Order", "1"}, annals::ExpectedVersion::any(), events}};
        try {
            SealedCommit const sealed{nullptr, commit};
            return false;
        } catch (annals::InvalidInput const&) {
            return true;
        }
    };
    CHECK(refuses(R"({"email":{"annals:subject":"c7","value":"ann"}})"));
    CHECK_FALSE(refuses(R"({"email":{"annals:subject":"c7"},"value":"ann"})"));
    CHECK_FALSE(refuses(R"({"email":{"annals:subject":"c7","sealed":"QUJD"}})"));
    CHECK_FALSE(refuses(R"({"email":"{\"annals:subject\":\"c7\",\"value\":\"ann\"}"})"));
}
