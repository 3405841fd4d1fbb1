// SPDX-License-Identifier: MIT

#include <annals/concepts/event_store.hpp>
#include <tests/catch.hpp>

#include <type_traits>
#include <variant>
#include <vector>

using namespace annals;

namespace {

using Payload = std::variant<int>;
using Stored = SourcedEvent<Payload>;
using Commit = std::span<StreamAppend<Payload> const>;
using Events = std::span<NewEvent<Payload> const>;
using Range = std::vector<Stored> const;

struct MutableRange {
    Stored* begin();
    Stored* end();
};
struct RangeOfPayloads {
    Payload const* begin();
    Payload const* end();
};
struct ImmovableRange {
    ImmovableRange(ImmovableRange&&) = delete;
    Stored const* begin();
    Stored const* end();
};
struct ConstRange {
    Stored const* begin();
    Stored const* end();
};

struct Store {
    using payload_type = Payload;
    AppendResult append(StreamName const&, ExpectedVersion, Events);
    std::vector<AppendResult> append(Commit);
    ConstRange get_events(StreamName const&, Version) const;
    ConstRange read_all(Position, std::size_t) const;
    ConstRange get_all_events() const;
    Version stream_version(StreamName const&) const;
    Position head() const;
};

struct FilteringStore : Store {
    ConstRange read_all(Position, std::size_t, EventFilter const& = {}) const;
};
struct FiltersOnly : Store {
    ConstRange read_all(Position, std::size_t, EventFilter const&) const;
};
struct FiltersToPayloads : Store {
    using Store::read_all;
    RangeOfPayloads read_all(Position, std::size_t, EventFilter const&) const;
};
struct FilteringNeedsAMutableStore : Store {
    using Store::read_all;
    ConstRange read_all(Position, std::size_t, EventFilter const&);
};

struct WithoutPayloadType : private Store {
    using Store::append;
    using Store::get_all_events;
    using Store::get_events;
    using Store::head;
    using Store::read_all;
    using Store::stream_version;
};
struct WithoutSeveralStreams : Store {
    AppendResult append(StreamName const&, ExpectedVersion, Events);
};
struct WithoutOneStream : Store {
    std::vector<AppendResult> append(Commit);
};
struct ReadingNeedsAMutableStore : Store {
    ConstRange get_events(StreamName const&, Version);
};
struct HandsOutMutableEvents : Store {
    MutableRange read_all(Position, std::size_t) const;
};
struct HandsOutPayloads : Store {
    RangeOfPayloads get_all_events() const;
};
struct HandsOutWhatCannotMove : Store {
    ImmovableRange get_all_events() const;
};
struct VersionIsANumber : Store {
    std::int64_t stream_version(StreamName const&) const;
};
struct HeadIsANumber : Store {
    std::int64_t head() const;
};
struct AppendSaysNothing : Store {
    void append(StreamName const&, ExpectedVersion, Events);
    using Store::append;
};

} // namespace

TEST_CASE("EventRangeOf: a range of stored events that cannot be changed") {
    STATIC_REQUIRE_FALSE(EventRangeOf<int, Payload>);
    STATIC_REQUIRE_FALSE(EventRangeOf<MutableRange, Payload>);
    STATIC_REQUIRE_FALSE(EventRangeOf<RangeOfPayloads, Payload>);
    STATIC_REQUIRE_FALSE(EventRangeOf<ImmovableRange, Payload>);
    STATIC_REQUIRE_FALSE(EventRangeOf<ConstRange, int>);
    STATIC_REQUIRE(EventRangeOf<ConstRange, Payload>);
    STATIC_REQUIRE(EventRangeOf<Range, Payload>);
}

TEST_CASE("EventStore: what is none") {
    STATIC_REQUIRE_FALSE(EventStore<int>);
    STATIC_REQUIRE_FALSE(EventStore<WithoutPayloadType>);
    STATIC_REQUIRE_FALSE(EventStore<WithoutSeveralStreams>);
    STATIC_REQUIRE_FALSE(EventStore<WithoutOneStream>);
    STATIC_REQUIRE_FALSE(EventStore<ReadingNeedsAMutableStore>);
    STATIC_REQUIRE_FALSE(EventStore<HandsOutMutableEvents>);
    STATIC_REQUIRE_FALSE(EventStore<HandsOutPayloads>);
    STATIC_REQUIRE_FALSE(EventStore<HandsOutWhatCannotMove>);
    STATIC_REQUIRE_FALSE(EventStore<VersionIsANumber>);
    STATIC_REQUIRE_FALSE(EventStore<HeadIsANumber>);
    STATIC_REQUIRE_FALSE(EventStore<AppendSaysNothing>);
    STATIC_REQUIRE_FALSE(EventStore<Store const>);
}

TEST_CASE("EventStore: what has all members is one") { STATIC_REQUIRE(EventStore<Store>); }

TEST_CASE("FilteringEventStore: an event store whose log can be filtered") {
    STATIC_REQUIRE(FilteringEventStore<FilteringStore>);
    STATIC_REQUIRE(EventStore<FilteringStore>);
    STATIC_REQUIRE_FALSE(FilteringEventStore<Store>);
    STATIC_REQUIRE_FALSE(FilteringEventStore<FiltersOnly>);
    STATIC_REQUIRE_FALSE(FilteringEventStore<FiltersToPayloads>);
    STATIC_REQUIRE_FALSE(FilteringEventStore<FilteringNeedsAMutableStore>);
}
