// SPDX-License-Identifier: MIT

#ifndef ORDERS_READ_MODEL_HPP
#define ORDERS_READ_MODEL_HPP

#include <annals/annals.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>

#include <chrono>
#include <utility>

namespace orders {

/// Brings the read model of `P` up to date, or waits until the process that has it does.
template <class P, class Store>
void bring_up_to_date(Store& store) {
    // A short lease, since who asks for a report does not wait long for one that was killed.
    annals::ProjectionRunner{store, P{}, {.batch = 1'000, .lease = std::chrono::milliseconds{500}}}.catch_up();
}

/// The same, and reads it.
/// @param read  called with the store's reader and the generation to read
template <class P, class Store, class Read>
auto read_up_to_date(Store& store, Read&& read) {
    bring_up_to_date<P>(store);
    auto const generation = annals::ProjectionControl{store}.served_generation(P::name).value();
    return store.read([&](auto& reader) { return read(reader, generation); });
}

} // namespace orders

#endif // ORDERS_READ_MODEL_HPP
