// SPDX-License-Identifier: MIT

#include <annals/concepts/event_codec.hpp>
#include <annals/concepts/snapshot_codec.hpp>
#include <tests/catch.hpp>

#include <optional>
#include <string>
#include <variant>

using namespace annals;

namespace {

using Event = std::variant<int>;
using Stored = SourcedEvent<EncodedPayload>;

struct Codec {
    using event_type = Event;
    EncodedPayload encode(Event const&) const;
    Event decode(Stored const&) const;
    bool knows(std::string_view) const;
};
struct WithoutEventType : private Codec {
    using Codec::decode;
    using Codec::encode;
    using Codec::knows;
};
struct EncodingChangesIt : Codec {
    EncodedPayload encode(Event const&);
};
struct EncodesToText : Codec {
    std::string encode(Event const&) const;
};
struct DecodesPerhaps : Codec {
    std::optional<Event> decode(Stored const&) const;
};
struct DecodesPayloadsAlone : Codec {
    Event decode(EncodedPayload const&) const;
};
struct KnowsANumber : Codec {
    int knows(std::string_view) const;
};

struct StateCodec {
    using state_type = int;
    EncodedPayload encode(int const&) const;
    std::optional<int> decode(EncodedPayload const&) const;
};
struct AlwaysDecodes : StateCodec {
    int decode(EncodedPayload const&) const;
};
struct StateEncodingChangesIt : StateCodec {
    EncodedPayload encode(int const&);
};

} // namespace

TEST_CASE("EventCodec: what is none") {
    STATIC_REQUIRE_FALSE(EventCodec<int>);
    STATIC_REQUIRE_FALSE(EventCodec<WithoutEventType>);
    STATIC_REQUIRE_FALSE(EventCodec<EncodingChangesIt>);
    STATIC_REQUIRE_FALSE(EventCodec<EncodesToText>);
    STATIC_REQUIRE_FALSE(EventCodec<DecodesPerhaps>);
    STATIC_REQUIRE_FALSE(EventCodec<DecodesPayloadsAlone>);
    STATIC_REQUIRE_FALSE(EventCodec<KnowsANumber>);
    STATIC_REQUIRE_FALSE(EventCodec<StateCodec>);
}

TEST_CASE("EventCodec: what has all members is one") { STATIC_REQUIRE(EventCodec<Codec>); }

TEST_CASE("SnapshotCodec: what is none") {
    STATIC_REQUIRE_FALSE(SnapshotCodec<int>);
    STATIC_REQUIRE_FALSE(SnapshotCodec<Codec>);
    STATIC_REQUIRE_FALSE(SnapshotCodec<AlwaysDecodes>);
    STATIC_REQUIRE_FALSE(SnapshotCodec<StateEncodingChangesIt>);
}

TEST_CASE("SnapshotCodec: what has all members is one") { STATIC_REQUIRE(SnapshotCodec<StateCodec>); }
