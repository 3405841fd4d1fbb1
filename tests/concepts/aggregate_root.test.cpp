// SPDX-License-Identifier: MIT

#include <annals/concepts/aggregate_root.hpp>
#include <tests/catch.hpp>

#include <string>
#include <variant>
#include <vector>

using namespace annals;

namespace {

struct Happened {};
using Event = std::variant<Happened>;

/// The least that is an aggregate, with no base of the library's.
class Plain {
public:
    using id_type = int;
    using event_type = Event;

    explicit Plain(int id) : id_{id} {}
    [[nodiscard]] int const& id() const { return id_; }
    [[nodiscard]] Version version() const { return version_; }
    [[nodiscard]] std::span<NewEvent<Event> const> uncommitted_events() const { return raised_; }
    [[nodiscard]] EventContext const& context() const { return context_; }
    [[nodiscard]] SnapshotMark snapshot_mark() const { return mark_; }
    void replay(Version version, Event const&) { version_ = version; }
    void replay(Version version, std::vector<Event> const&) { version_ = version; }
    void set_context(EventContext context) { context_ = std::move(context); }
    [[nodiscard]] SeenEvents const& seen_events() const { return seen_; }
    void set_snapshot_mark(SnapshotMark mark) { mark_ = mark; }
    void set_seen_events(SeenEvents const& seen) { seen_ = seen; }
    void mark_committed() noexcept { raised_.clear(); }

private:
    int id_;
    Version version_;
    std::vector<NewEvent<Event>> raised_;
    EventContext context_;
    SnapshotMark mark_{};
    SeenEvents seen_{};
};

struct Abstract : Plain {
    using Plain::Plain;
    virtual ~Abstract() = default;
    virtual void apply_event(Happened const&) = 0;
};
struct WithoutConstructor : Plain {
    WithoutConstructor() : Plain{0} {}
};
struct WithoutIdType : private Plain {
    using Plain::Plain;
    using event_type = Event;
};
struct WithoutText {};
struct SpeechlessId : Plain {
    using id_type = WithoutText;
    explicit SpeechlessId(WithoutText const&) : Plain{0} {}
    [[nodiscard]] WithoutText const& id() const;
};
struct CommitMayFail : Plain {
    using Plain::Plain;
    void mark_committed() {}
};
struct VersionIsANumber : Plain {
    using Plain::Plain;
    [[nodiscard]] std::int64_t version() const { return 0; }
};
struct HandsOutMutableEvents : Plain {
    using Plain::Plain;
    [[nodiscard]] std::span<NewEvent<Event>> uncommitted_events() const { return {}; }
};
struct OtherEvents : Plain {
    using Plain::Plain;
    using event_type = std::variant<int>;
};
struct WithoutReplay : Plain {
    using Plain::Plain;
    void replay() {}
};
struct ReplaysOneAtATime : Plain {
    using Plain::Plain;
    void replay(Version, Event const&) {}
};

struct SnapshotOnly : Plain {
    using Plain::Plain;
    [[nodiscard]] std::string snapshot() const { return {}; }
};
struct RestoreOnly : Plain {
    using Plain::Plain;
    void restore(std::string const&) {}
};
struct RestoresSomethingElse : SnapshotOnly {
    using SnapshotOnly::SnapshotOnly;
    void restore(std::vector<int> const&) {}
};
struct SnapshotOfNothing : Plain {
    using Plain::Plain;
    void snapshot() const {}
    void restore(int) {}
};
struct SnapshotChangesIt : Plain {
    using Plain::Plain;
    std::string snapshot() { return {}; }
    void restore(std::string const&) {}
};
struct WithSnapshots : SnapshotOnly {
    using SnapshotOnly::SnapshotOnly;
    void restore(std::string const&) {}
};
struct WithSnapshotsByReference : Plain {
    using Plain::Plain;
    [[nodiscard]] std::string const& snapshot() const;
    void restore(std::string);
};

} // namespace

TEST_CASE("AggregateRoot: what is none") {
    STATIC_REQUIRE_FALSE(AggregateRoot<int>);
    STATIC_REQUIRE_FALSE(AggregateRoot<Abstract>);
    STATIC_REQUIRE_FALSE(AggregateRoot<WithoutConstructor>);
    STATIC_REQUIRE_FALSE(AggregateRoot<WithoutIdType>);
    STATIC_REQUIRE_FALSE(AggregateRoot<SpeechlessId>);
    STATIC_REQUIRE_FALSE(AggregateRoot<CommitMayFail>);
    STATIC_REQUIRE_FALSE(AggregateRoot<VersionIsANumber>);
    STATIC_REQUIRE_FALSE(AggregateRoot<HandsOutMutableEvents>);
    STATIC_REQUIRE_FALSE(AggregateRoot<OtherEvents>);
    STATIC_REQUIRE_FALSE(AggregateRoot<WithoutReplay>);
    STATIC_REQUIRE_FALSE(AggregateRoot<ReplaysOneAtATime>);
}

TEST_CASE("AggregateRoot: no base class of the library is needed") { STATIC_REQUIRE(AggregateRoot<Plain>); }

TEST_CASE("Snapshottable: what is not") {
    STATIC_REQUIRE_FALSE(Snapshottable<int>);
    STATIC_REQUIRE_FALSE(Snapshottable<Plain>);
    STATIC_REQUIRE_FALSE(Snapshottable<SnapshotOnly>);
    STATIC_REQUIRE_FALSE(Snapshottable<RestoreOnly>);
    STATIC_REQUIRE_FALSE(Snapshottable<RestoresSomethingElse>);
    STATIC_REQUIRE_FALSE(Snapshottable<SnapshotOfNothing>);
    STATIC_REQUIRE_FALSE(Snapshottable<SnapshotChangesIt>);
}

TEST_CASE("Snapshottable: state is handed out and taken back") {
    STATIC_REQUIRE(Snapshottable<WithSnapshots>);
    STATIC_REQUIRE(Snapshottable<WithSnapshotsByReference>);
    STATIC_REQUIRE(std::same_as<snapshot_state_t<WithSnapshotsByReference>, std::string>);
}
