// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_OUTBOX_HPP
#define ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_OUTBOX_HPP

#include <annals/annals.hpp>
#include <annals/detail/log_page.hpp>
#include <annals/message.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace reliability {

using StoredEvent = annals::SourcedEvent<annals::EncodedPayload>;

struct PlainFormat {
    [[nodiscard]] annals::Message operator()(StoredEvent const& event) const {
        return {event.event_id, annals::message_key(event.stream), "bank", {}, event.payload.data};
    }
};

/// What must be published of a store.
template <class Store, class Format = PlainFormat>
[[nodiscard]] std::vector<annals::Message> messages_of(Store const& store, Format const& format = {}) {
    std::vector<annals::Message> messages;
    for (auto const& event : store.read_all()) {
        messages.push_back(format(event));
    }
    return messages;
}

/// What people get wrong when they write a relay.
enum class Slip : std::uint8_t {
    notes_first,  ///< its place is noted before the broker has confirmed; what fails is gone
    retries_later ///< what fails is sent again after what follows it
};

/// Broken: publishes all that is there, page by page, from its place in a table of its own.
template <class Place, class Store, class Bus, class Format>
void relay_naively(Place const& place, Store& store, Bus& bus, Format const& format, Slip slip) {
    std::string const table = place.tables() + "naive_relay";
    projections::run(store, "CREATE TABLE IF NOT EXISTS " + table + " (position BIGINT NOT NULL)");
    std::deque<std::vector<annals::Message>> again;
    while (true) {
        annals::Position const from{projections::number(store, "SELECT coalesce(max(position), 0) FROM " + table)};
        auto const page = annals::detail::read_page(store, from, {}, {.batch = 50});
        std::vector<annals::Message> messages;
        if (!page.events.empty()) {
            projections::run(store, "INSERT INTO " + table + " VALUES (" + std::to_string(page.end.first()) + ')');
            for (auto const& event : page.events) {
                messages.push_back(format(event));
            }
        } else if (!again.empty()) {
            messages = again.front();
            again.pop_front();
        } else {
            return;
        }
        try {
            bus.publish(messages);
        } catch (annals::BusError const&) {
            if (slip == Slip::retries_later) {
                again.push_back(messages);
            }
        }
    }
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_OUTBOX_HPP
