// SPDX-License-Identifier: MIT

#include "trace.hpp"

#include "describe.hpp"
#include "event_of.hpp"
#include <annals/trace.hpp>

#include <concepts>
#include <cstddef>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>

namespace orders {

namespace {

/// In the databases events are encoded, in memory they are as they are.
template <class Payload>
void print_event(annals::SourcedEvent<Payload> const& event, std::size_t depth, char const* mark = "  ") {
    OrderEvent payload;
    if constexpr (std::same_as<Payload, OrderEvent>) {
        payload = event.payload;
    } else {
        payload = annals::JsonCodec<OrderEvent>{}.decode(event);
    }
    std::cout << mark << std::string(2 * depth, ' ') << printable(event.aggregate_id()) << " at "
              << event.version.value() << ": " << printable(describe(payload)) << '\n';
}

[[nodiscard]] annals::EventId parse_id(std::string const& text) {
    try {
        return annals::parse_event_id(text);
    } catch (annals::InvalidInput const&) {
        throw std::domain_error{"'" + text + "' is not the id of an event; for one of an order, say --version"};
    }
}

} // namespace

template <class Store>
void print_trace(Store& store, std::string const& id, std::optional<annals::Version> version) {
    auto const trace = annals::trace(store, version ? event_of(store, id, version).event_id : parse_id(id));
    std::size_t depth = 0;
    for (auto const& cause : trace.causes) {
        print_event(cause, depth++);
    }
    print_event(trace.event, depth, "> ");
    for (auto const& effect : trace.effects) {
        print_event(effect.event, depth + effect.depth);
    }
}

template void print_trace(MemoryStore&, std::string const&, std::optional<annals::Version>);
template void print_trace(SqliteStore&, std::string const&, std::optional<annals::Version>);
template void print_trace(PostgresStore&, std::string const&, std::optional<annals::Version>);

} // namespace orders
