// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PRIVACY_SCENARIOS_HPP
#define ANNALS_TESTS_INTEGRATION_PRIVACY_SCENARIOS_HPP

#include <annals/inline_projections.hpp>
#include <annals/memory/key_store.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/sodium.hpp>
#include <annals/zstd.hpp>
#include <tests/catch.hpp>
#include <tests/integration/privacy/benches.hpp>
#include <tests/integration/privacy/shop.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What holds for each database, once for all of them.

namespace privacy_tests {

using annals::Encryption;
using annals::KeyRing;
using annals::PayloadPipeline;
using annals::PersonalData;
using annals::ZstdCompression;
using Catch::Matchers::ContainsSubstring;

inline annals::StreamName const customer{"Customer", "c7"};

[[nodiscard]] inline std::array<unsigned char, 32> key_of(unsigned char byte) {
    std::array<unsigned char, 32> key{};
    key.fill(byte);
    return key;
}

template <class... Stages>
[[nodiscard]] std::shared_ptr<PayloadPipeline> pipeline_of(Stages... stages) {
    return std::make_shared<PayloadPipeline>(std::move(stages)...);
}

/// Bound to nothing: what the stages of this library must not be.
struct BoundToNothing {
    static constexpr std::string_view name = "loose";
    static constexpr bool keeps_text = false;
    Encryption inner;
    annals::StreamName stream;

    [[nodiscard]] std::optional<std::string> seal(annals::PayloadPlace const&, std::string_view text) const {
        return inner.seal({stream, annals::EventId{}, {}}, text);
    }
    [[nodiscard]] std::string open(annals::PayloadPlace const&, std::string_view sealed) const {
        return inner.open({stream, annals::EventId{}, {}}, sealed);
    }
};

/// A key store that can be out of reach, for ever or for some calls.
struct ShakyKeys {
    annals::InMemoryKeyStore keys;
    bool is_down = false;
    mutable int calls_lost = 0;

    void require_up() const {
        if (is_down || calls_lost > 0) {
            --calls_lost;
            throw annals::StoreError{"annals: the key store is down", "", true};
        }
    }
    [[nodiscard]] annals::SubjectKey key_for(std::string_view subject) {
        require_up();
        return keys.key_for(subject);
    }
    [[nodiscard]] std::optional<annals::SubjectKey> find(annals::EventId const& id) const {
        require_up();
        return keys.find(id);
    }
    bool forget(std::string_view subject) {
        require_up();
        return keys.forget(subject);
    }
};

/// Personal values are nowhere in the database, not even before they are forgotten; what is nobody's is as it was.
template <class Bench>
void personal_values_are_never_stored() {
    Bench bench;
    annals::InMemoryKeyStore keys;
    {
        auto store = bench.open(pipeline_of(PersonalData{keys}));
        auto customers = annals::repository_for<Customer>(store, annals::EveryNEvents{1});
        for (auto const& event : personal_events()) {
            customers.transact("c7", [&event](Customer& c) { c.record(event); });
        }
        REQUIRE(store.snapshot_store().load(customers.stream_of("c7")).has_value());
    }
    auto const nowhere = [&bench] {
        std::string const stored = bench.stored();
        CHECK(stored.find(email_marker) == std::string::npos);
        CHECK(stored.find(guest_marker) == std::string::npos);
        CHECK(stored.find(open_marker) != std::string::npos); // or the search finds nothing at all
    };
    nowhere();
    auto store = bench.open(pipeline_of(PersonalData{keys}));
    auto customers = annals::repository_for<Customer>(store, annals::EveryNEvents{1});
    CHECK(events_in(store, customers.stream_of("c7")) == personal_events());
    CHECK(customers.get_by_id("c7")->snapshot().email.value() == email_marker);
    nowhere();

    REQUIRE(keys.forget("c7"));
    nowhere();
    CHECK(events_in(store, customers.stream_of("c7")) == forgotten_events());
    CustomerState const from_snapshot = customers.get_by_id("c7")->snapshot();
    CHECK(from_snapshot.email.is_forgotten());
    CHECK(from_snapshot.guests.at(0).value() == guest_marker);
    CHECK(from_snapshot.guests.at(1).is_forgotten());
    CHECK(from_snapshot.n == 3);
    store.snapshot_store().remove(customers.stream_of("c7"));
    CHECK(customers.get_by_id("c7")->snapshot() == from_snapshot);
}

/// What nobody would seal is not stored: events, snapshots and in transactions.
template <class Bench>
void a_store_without_personal_data_refuses_them() {
    Bench bench;
    auto const events = encoded(personal_events());
    for (Payloads const& payloads : {Payloads{}, Payloads{pipeline_of(ZstdCompression{})}}) {
        auto store = bench.open(payloads);
        CHECK_THROWS_AS(store.append(customer, annals::ExpectedVersion::any(), events), annals::InvalidInput);
        CHECK_THROWS_AS(
            store.transact([&](auto& transaction) {
                transaction.append(customer, annals::ExpectedVersion::any(), events);
            }),
            annals::InvalidInput
        );
        annals::Snapshot<annals::EncodedPayload> const snapshot{
            customer, annals::Version{1}, events.front().event_id, {}, events.front().payload
        };
        CHECK_THROWS_AS(store.snapshot_store().save(snapshot), annals::InvalidInput);
        CHECK(store.stream_version(customer) == annals::Version{});
        CHECK_FALSE(store.snapshot_store().load(customer).has_value());
        CHECK(bench.stored().find(email_marker) == std::string::npos);
    }
}

/// Who reads without the keys is told so, and does not take a sealed value for a forgotten one.
template <class Bench>
void sealed_is_not_forgotten() {
    Bench bench;
    annals::InMemoryKeyStore keys;
    bench.open(pipeline_of(PersonalData{keys}))
        .append(customer, annals::ExpectedVersion::any(), encoded(personal_events()));
    CHECK_THROWS_WITH(events_in(bench.open(nullptr), customer), ContainsSubstring("its personal data is sealed"));
    auto store = bench.open(pipeline_of(PersonalData{keys}));
    CHECK_THROWS_AS(events_in(store.as_stored(), customer), annals::DecodeError);
    CHECK(events_in(store, customer) == personal_events());
    if constexpr (requires { store.verify(); }) {
        keys.forget("c7");
        CHECK_NOTHROW(store.verify());
    }
}

/// Whatever the pipeline was when an event was stored, the last one reads it.
template <class Bench>
void old_rows_stay_readable() {
    Bench bench;
    annals::InMemoryKeyStore keys;
    Encryption const old_ring{KeyRing{{"2025", key_of(2)}}};
    Encryption const ring{KeyRing{{"2026", key_of(1)}, {"2025", key_of(2)}}};
    std::vector<std::shared_ptr<PayloadPipeline>> const generations{
        nullptr,
        pipeline_of(ZstdCompression{3, 0}),
        pipeline_of(ZstdCompression{3, 0}, old_ring),
        pipeline_of(PersonalData{keys}, ZstdCompression{3, 0}, ring),
        pipeline_of(PersonalData{keys}, ring),
        pipeline_of(PersonalData{keys}),
        pipeline_of(),
    };
    generations[4]->also_opens(ZstdCompression{});
    generations[5]->also_opens(ZstdCompression{}).also_opens(ring);
    generations[6]->also_opens(PersonalData{keys}).also_opens(ZstdCompression{}).also_opens(ring);

    // At random, so that generations stand among each other. 300 of a letter, for zstd to gain something.
    std::mt19937 random{17}; // NOLINT(cert-msc51-cpp)
    std::vector<CustomerEvent> expected;
    for (int round = 0; round < 40; ++round) {
        std::size_t const generation = random() % generations.size();
        bool const may_be_personal = generation >= 3 && generation < 6;
        std::vector<CustomerEvent> events;
        for (int n = 0; n < 5; ++n) {
            std::string const note = "round " + std::to_string(round) + std::string(random() % 300, 'x');
            events.push_back(
                may_be_personal ? CustomerEvent{Registered{{"c" + std::to_string(random() % 3), note}, note}}
                                : CustomerEvent{Registered{{}, note}}
            );
        }
        bench.open(generations[generation]).append(customer, annals::ExpectedVersion::any(), encoded(events));
        expected.insert(expected.end(), events.begin(), events.end());
    }
    for (std::size_t last : {4U, 5U, 6U}) {
        CHECK(events_in(bench.open(generations[last]), customer) == expected);
    }
    // Without the steps of before it is refused, and says which is missing.
    CHECK_THROWS_WITH(events_in(bench.open(pipeline_of(PersonalData{keys})), customer), ContainsSubstring("'"));
}

/// What is sealed is longer than what is not; the limits are those of the latter.
template <class Bench>
void the_largest_payload_fits() {
    Bench bench;
    annals::InMemoryKeyStore keys;
    auto store = bench.open(pipeline_of(PersonalData{keys}, Encryption{KeyRing{{"2026", key_of(1)}}}));
    std::string text = R"({"email":{"annals:subject":"c7","value":""},"note":""})";
    text.insert(text.find(R"("},)"), std::string(annals::limits::max_payload_bytes - text.size(), 'x'));
    annals::EncodedPayload const payload{"Registered", 1, text};
    std::array const events{annals::NewEvent<annals::EncodedPayload>{annals::new_event_id(), {}, {}, payload}};
    store.append(customer, annals::ExpectedVersion::any(), events);
    store.snapshot_store().save({customer, annals::Version{1}, events[0].event_id, {}, payload});
    for (auto const& event : store.get_events(customer)) {
        CHECK((event.payload == payload));
    }
    CHECK((store.snapshot_store().load(customer)->state == payload));
    CHECK(store.append(customer, annals::ExpectedVersion::any(), events).already_appended);
}

/// A repeated append has fresh nonces, and is the same append for all that.
template <class Bench>
void a_retry_is_known() {
    Bench bench;
    annals::InMemoryKeyStore keys;
    auto store =
        bench.open(pipeline_of(PersonalData{keys}, ZstdCompression{3, 0}, Encryption{KeyRing{{"2026", key_of(1)}}}));
    auto const events = encoded(personal_events());
    auto const append = [&](auto& to, std::vector<annals::NewEvent<annals::EncodedPayload>> const& wanted) {
        return to.append(customer, annals::ExpectedVersion::no_stream(), wanted).already_appended;
    };
    auto const append_in_transaction = [&] {
        bool is_known = false;
        store.transact([&](auto& transaction) { is_known = append(transaction, events); });
        return is_known;
    };
    REQUIRE_FALSE(append(store, events));
    CHECK(append(store, events));
    CHECK(append_in_transaction());

    auto changed = events;
    changed[0].payload = annals::JsonCodec<CustomerEvent>{}.encode(Registered{{"c7", "someone else"}, open_marker});
    CHECK_THROWS_AS(append(store, changed), annals::IdempotencyMismatch);
    changed[0].payload = annals::JsonCodec<CustomerEvent>{}.encode(Registered{{"c9", email_marker}, open_marker});
    CHECK_THROWS_AS(append(store, changed), annals::IdempotencyMismatch);

    REQUIRE(keys.forget("c7"));
    CHECK(append(store, events));
    CHECK(append_in_transaction());
    changed = events;
    changed[0].payload = annals::JsonCodec<CustomerEvent>{}.encode(Registered{{"c7", email_marker}, "another note"});
    CHECK_THROWS_AS(append(store, changed), annals::IdempotencyMismatch);
    CHECK(events_in(store, customer) == forgotten_events());
}

/// Whether the store notices that the data of events stands in others, of another stream, and says where.
template <class Bench>
[[nodiscard]] bool notices_moved_data(Payloads const& payloads, std::vector<CustomerEvent> const& events) {
    Bench const bench;
    auto store = bench.open(payloads);
    store.append(customer, annals::ExpectedVersion::no_stream(), encoded(events));
    REQUIRE(events_in(store, customer) == events);
    // The intruder has the database and not the keys.
    auto stolen = store.as_stored();
    annals::StreamName const other{"Customer", "c9"};
    for (auto const& event : stolen.get_events(customer)) {
        std::array const moved{annals::NewEvent<annals::EncodedPayload>{
            annals::new_event_id(), event.timestamp, event.metadata, event.payload
        }};
        stolen.append(other, annals::ExpectedVersion::any(), moved);
    }
    try {
        static_cast<void>(events_in(store, other));
        return false;
    } catch (annals::DecodeError const& error) {
        return error.stream() == other && error.version() == annals::Version{1};
    }
}

template <class Bench>
void sealed_data_does_not_move() {
    annals::InMemoryKeyStore keys;
    Encryption const encryption{KeyRing{{"2026", key_of(1)}}};
    std::vector<CustomerEvent> const plain{Counted{3}, Registered{{}, open_marker}};
    Payloads const personal = pipeline_of(PersonalData{keys});
    Payloads const both = pipeline_of(PersonalData{keys}, encryption);
    Payloads const encrypted = pipeline_of(encryption);
    CHECK(notices_moved_data<Bench>(personal, personal_events()));
    CHECK(notices_moved_data<Bench>(both, personal_events()));
    CHECK(notices_moved_data<Bench>(encrypted, plain));
    // The teeth: when nothing is bound, the same passes.
    Payloads const loose = pipeline_of(BoundToNothing{encryption, customer});
    CHECK_FALSE(notices_moved_data<Bench>(loose, plain));
}

/// While the key store is down nothing is taken for forgotten; afterwards all goes on where it was.
template <class Bench>
void a_key_store_that_is_down_is_an_error() {
    Bench bench;
    ShakyKeys keys;
    auto store = bench.open(pipeline_of(PersonalData{keys}));
    store.append(customer, annals::ExpectedVersion::no_stream(), encoded(personal_events()));
    keys.is_down = true;
    CHECK_THROWS_AS(
        store.append(customer, annals::ExpectedVersion::any(), encoded(personal_events())), annals::StoreError
    );
    CHECK_THROWS_AS(events_in(store, customer), annals::StoreError);
    auto customers = annals::repository_for<Customer>(store);
    CHECK_THROWS_AS(customers.get_by_id("c7"), annals::StoreError);
    keys.is_down = false;
    CHECK(store.stream_version(customer) == annals::Version{3});
    CHECK(events_in(store, customer) == personal_events());
}

/// Collects the addresses of guests, and cannot digest what else is personal.
struct GuestList {
    static constexpr std::string_view name = "guests";
    static constexpr int version = 1;
    using events = CustomerEvent;

    std::vector<std::string>* guests;

    template <class Tx>
    void handle(Registered const& event, annals::EventFacts const&, Tx&) {
        if (event.email.has_value()) {
            throw std::runtime_error{"cannot digest this"};
        }
    }
    template <class Tx>
    void handle(GuestsInvited const& event, annals::EventFacts const&, Tx&) {
        for (auto const& guest : event.guests) {
            guests->push_back(guest.value_or("(forgotten)"));
        }
    }
    template <class Tx>
    void handle(Counted const&, annals::EventFacts const&, Tx&) {}
};

/// Projections are handed values, wait for the key store, and put aside what keeps no value.
template <class Bench>
void projections_are_handed_values() {
    Bench bench;
    ShakyKeys keys;
    auto store = bench.open(pipeline_of(PersonalData{keys}));
    store.append(customer, annals::ExpectedVersion::no_stream(), encoded(personal_events()));
    annals::ProjectionOptions const options{
        .on_poison = annals::PoisonPolicy::put_aside,
        .attempts = 2,
        .first_wait = std::chrono::milliseconds{1},
        .longest_wait = std::chrono::milliseconds{2}
    };
    std::vector<std::string> guests;
    keys.calls_lost = 5; // more than the attempts that an event is given
    annals::ProjectionRunner{store, GuestList{&guests}, options}.catch_up(std::chrono::seconds{20});
    CHECK(guests == std::vector<std::string>{guest_marker, email_marker});
    annals::ProjectionControl control{store};
    REQUIRE(control.dead_letters("guests").size() == 1);
    CHECK(bench.stored().find(email_marker) == std::string::npos);

    REQUIRE(keys.forget("c7"));
    GuestList later{&guests};
    CHECK(control.replay_dead_letters(later) == 1); // forgotten, it is digested
    guests.clear();
    annals::InlineProjections with_projections{store, GuestList{&guests}};
    with_projections.append(customer, annals::ExpectedVersion::any(), encoded({personal_events().at(1)}));
    CHECK(guests == std::vector<std::string>{guest_marker, email_marker});
    CHECK(bench.stored().find(email_marker) == std::string::npos);
}

/// A snapshot that cannot be opened is none: the history is there.
template <class Bench>
void an_unreadable_snapshot_is_none() {
    Bench bench;
    Encryption const before{KeyRing{{"2025", key_of(2)}}};
    Encryption const now{KeyRing{{"2026", key_of(1)}}};
    annals::InMemoryKeyStore keys;
    auto store = bench.open(pipeline_of(PersonalData{keys}));
    auto customers = annals::repository_for<Customer>(store);
    customers.transact("c7", [](Customer& c) { c.record(Counted{3}); });
    {
        auto sealing = bench.open(pipeline_of(PersonalData{keys}, before));
        auto others = annals::repository_for<Customer>(sealing, annals::EveryNEvents{1});
        others.transact("c7", [](Customer&) {});
        auto const snapshots = sealing.snapshot_store();
        auto const loaded = *others.get_by_id("c7");
        annals::Snapshot<annals::EncodedPayload> snapshot{
            customers.stream_of("c7"),
            loaded.version(),
            annals::EventId{},
            {},
            annals::JsonSnapshotCodec<CustomerState>{}.encode(loaded.snapshot())
        };
        for (auto const& event : sealing.get_events(customers.stream_of("c7"))) {
            snapshot.event_id = event.event_id;
        }
        sealing.snapshot_store().save(snapshot);
        REQUIRE(sealing.snapshot_store().load(customers.stream_of("c7")).has_value());
        CHECK(sealing.snapshot_store().load(customers.stream_of("c7"))->state == snapshot.state);
    }
    auto later = bench.open(pipeline_of(PersonalData{keys}, now));
    CHECK_FALSE(later.snapshot_store().load(customers.stream_of("c7")).has_value());
    auto others = annals::repository_for<Customer>(later, annals::EveryNEvents{100});
    CHECK(others.get_by_id("c7")->snapshot().n == 3);
}

} // namespace privacy_tests

#endif // ANNALS_TESTS_INTEGRATION_PRIVACY_SCENARIOS_HPP
