// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_EVERY_CALL_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_EVERY_CALL_HPP

#include <annals/postgres/checkpoint_store.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <functional>
#include <string>
#include <vector>

namespace integration::postgres {

/// A call that goes to the server.
struct BlockingCall {
    std::string name;
    std::function<void(PostgresEventStore&)> run;
    bool is_unknown_without_answer = false; ///< an append, sent together with its commit
};

/// Every call of the stores that goes to the server.
[[nodiscard]] inline std::vector<BlockingCall> every_call() {
    using Store = PostgresEventStore;
    return {
        {"append", [](Store& store) { append_some(store, "a"); }, true},
        {"append to two streams",
         [](Store& store) {
             auto const events = some_events(2);
             annals::StreamAppend<annals::EncodedPayload> const commit[] = {
                 {stream_of("a"), ExpectedVersion::any(), {&events[0], 1}},
                 {stream_of("b"), ExpectedVersion::any(), {&events[1], 1}},
             };
             store.append(commit);
         },
         true},
        // By COPY: until COMMIT is sent, nothing is written.
        {"append of many events", [](Store& store) { append_some(store, "many", 600); }},
        {"get_events", [](Store& store) { static_cast<void>(store.get_events(stream_of("a"))); }},
        {"read_all", [](Store& store) { static_cast<void>(store.read_all()); }},
        {"head", [](Store& store) { static_cast<void>(store.head()); }},
        {"stream_version", [](Store& store) { static_cast<void>(store.stream_version(stream_of("a"))); }},
        {"load of a snapshot", [](Store& store) { static_cast<void>(store.snapshot_store().load(stream_of("a"))); }},
        {"save of a snapshot",
         [](Store& store) {
             store.snapshot_store().save({stream_of("a"), annals::Version{1}, annals::new_event_id(), {}, {"S", 1, "s"}}
             );
         }},
        {"removal of a snapshot", [](Store& store) { store.snapshot_store().remove(stream_of("a")); }},
        {"load of a checkpoint",
         [](Store& store) { static_cast<void>(annals::PostgresCheckpointStore{store}.load("p")); }},
        {"advance of a checkpoint",
         [](Store& store) {
             annals::PostgresCheckpointStore{store}.advance(
                 annals::to_text(annals::new_event_id()), {}, {annals::Position{1}, annals::new_event_id(), 1}
             );
         }},
    };
}

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_EVERY_CALL_HPP
