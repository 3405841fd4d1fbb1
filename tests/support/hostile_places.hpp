// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_SUPPORT_HOSTILE_PLACES_HPP
#define ANNALS_TESTS_SUPPORT_HOSTILE_PLACES_HPP

#include <annals/annals.hpp>
#include <tests/catch.hpp>
#include <tests/support/hostile_texts.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace annals_tests {

/// Writes a text somewhere in a store and reads it back.
template <class Store>
struct Place {
    char const* name;
    std::function<std::string(Store&, std::string const&)> echo;
};

/// Appends an event, after `change` to it.
/// @returns it as it was stored
template <class Store, class Change>
annals::SourcedEvent<annals::EncodedPayload>
append_changed(Store& store, annals::StreamName const& stream, Change&& change) {
    annals::NewEvent<annals::EncodedPayload> event{annals::new_event_id(), {}, {}, {"Added", 1, "1"}};
    change(event);
    auto const version = store.append(stream, annals::ExpectedVersion::any(), {&event, 1}).version;
    return *store.get_events(stream, annals::Version{version.value() - 1}).begin();
}

inline annals::StreamName const hostile_stream{"Hostile", "1"};

/// Where every database adapter keeps a text that a user hands in.
template <class Store, class Checkpoints>
[[nodiscard]] std::vector<Place<Store>> places() {
    using Text = std::string;
    return {
        {"aggregate type",
         [](Store& store, Text const& text) {
             return append_changed(store, {text, "1"}, [](auto&) {}).aggregate_type();
         }},
        {"aggregate id",
         [](Store& store, Text const& text) { return append_changed(store, {"T", text}, [](auto&) {}).aggregate_id(); }
        },
        {"event type",
         [](Store& store, Text const& text) {
             return append_changed(store, hostile_stream, [&](auto& e) { e.payload.type = text; }).payload.type;
         }},
        {"payload",
         [](Store& store, Text const& text) {
             return append_changed(store, hostile_stream, [&](auto& e) { e.payload.data = text; }).payload.data;
         }},
        {"correlation id",
         [](Store& store, Text const& text) {
             return append_changed(
                        store, hostile_stream, [&](auto& e) { e.metadata.correlation_id = text; }
             ).metadata.correlation_id;
         }},
        {"causation id",
         [](Store& store, Text const& text) {
             return append_changed(
                        store, hostile_stream, [&](auto& e) { e.metadata.causation_id = text; }
             ).metadata.causation_id;
         }},
        {"user",
         [](Store& store, Text const& text) {
             return append_changed(store, hostile_stream, [&](auto& e) { e.metadata.user = text; }).metadata.user;
         }},
        {"metadata key",
         [](Store& store, Text const& text) {
             auto const stored = append_changed(store, hostile_stream, [&](auto& e) { e.metadata.extra[text] = "v"; });
             return stored.metadata.extra.begin()->first;
         }},
        {"metadata value",
         [](Store& store, Text const& text) {
             auto const stored = append_changed(store, hostile_stream, [&](auto& e) { e.metadata.extra["k"] = text; });
             return stored.metadata.extra.at("k");
         }},
        {"state type",
         [](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({hostile_stream, annals::Version{1}, annals::new_event_id(), {}, {text, 1, "s"}});
             return snapshots.load(hostile_stream)->state.type;
         }},
        {"state",
         [](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({hostile_stream, annals::Version{1}, annals::new_event_id(), {}, {"S", 1, text}});
             return snapshots.load(hostile_stream)->state.data;
         }},
        {"projection name",
         [](Store& store, Text const& text) {
             Checkpoints checkpoints{store};
             static std::int64_t epoch = 0;
             annals::Checkpoint const to{annals::Position{1}, annals::new_event_id(), ++epoch};
             checkpoints.advance(text, checkpoints.load(text), to);
             return checkpoints.load(text) == to ? text : "another checkpoint";
         }},
    };
}

struct Echoes {
    int kept = 0;
    int refused = 0;
};

/// Writes every hostile text to `place`: each must come back as it was, or be refused before anything was written.
template <class Store>
[[nodiscard]] Echoes echo_hostile_texts(Store& store, Place<Store> const& place) {
    Echoes echoes;
    for (std::string const& text : hostile_texts()) {
        CAPTURE(place.name, text);
        auto const head = store.head();
        try {
            std::string const echo = place.echo(store, text);
            CHECK(echo == text);
            ++echoes.kept;
        } catch (annals::InvalidInput const&) {
            CHECK(store.head() == head);
            ++echoes.refused;
        }
    }
    return echoes;
}

} // namespace annals_tests

#endif // ANNALS_TESTS_SUPPORT_HOSTILE_PLACES_HPP
