// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SUPPORT_THREADED_APPEND_HPP
#define ANNALS_TESTS_INTEGRATION_SUPPORT_THREADED_APPEND_HPP

#include <annals/event_context.hpp>
#include <annals/sourced_event.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace integration {

using NewEvents = std::vector<annals::NewEvent<annals::EncodedPayload>>;

[[nodiscard]] inline NewEvents new_events(std::size_t count, std::size_t bytes = 10) {
    NewEvents all(count);
    for (auto& event : all) {
        event = {
            annals::new_event_id(), annals::system_clock().now(), {}, {"Noted", 1, '"' + std::string(bytes, 'x') + '"'}
        };
    }
    return all;
}

/// One thread's append, and what came of it.
struct ThreadedAppend {
    annals::StreamName stream;
    annals::ExpectedVersion expected;
    NewEvents events;
    std::optional<annals::AppendResult> result{};
    std::exception_ptr error{};

    template <class Store>
    void run(Store& store) {
        try {
            result = store.append(stream, expected, events);
        } catch (...) {
            error = std::current_exception();
        }
    }

    template <class Error>
    [[nodiscard]] bool has_thrown() const {
        try {
            if (error) {
                std::rethrow_exception(error);
            }
        } catch (Error const&) {
            return true;
        } catch (...) {
        }
        return false;
    }
};

[[nodiscard]] inline ThreadedAppend append_to(std::string id, std::size_t count = 1, std::size_t bytes = 10) {
    return {{"Note", std::move(id)}, annals::ExpectedVersion::no_stream(), new_events(count, bytes)};
}

/// Whether exactly its events are in its stream.
template <class Store>
[[nodiscard]] bool is_stored(Store const& store, ThreadedAppend const& append) {
    std::vector<annals::EventId> wanted;
    for (auto const& event : append.events) {
        wanted.push_back(event.event_id);
    }
    std::vector<annals::EventId> found;
    for (auto const& event : store.get_events(append.stream)) {
        found.push_back(event.event_id);
    }
    return found == wanted;
}

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SUPPORT_THREADED_APPEND_HPP
