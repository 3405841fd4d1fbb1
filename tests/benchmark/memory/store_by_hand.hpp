// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_STORE_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_STORE_BY_HAND_HPP

#include <annals/event_id.hpp>
#include <annals/timestamp.hpp>
#include <tests/benchmark/typed_orders.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// What is kept of an event by hand.
struct KeptEvent {
    annals::EventId id{};
    std::uint64_t position = 0;
    annals::Timestamp timestamp;
    std::string correlation_id{};
    std::string user{};
    OrderEvent payload;
};

/// UUIDs of version 7, from a generator that is seeded once.
class IdsByHand {
public:
    [[nodiscard]] annals::EventId next(annals::Timestamp now) {
        auto const millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
        std::uint64_t const high = static_cast<std::uint64_t>(millis) << 16U | 0x7000U | (random_() & 0x0FFFU);
        std::uint64_t const low = random_() >> 2U | std::uint64_t{1} << 63U;
        annals::EventId id{};
        auto byte = id.begin();
        for (std::uint64_t const word : {high, low}) {
            for (unsigned shift = 64; shift > 0; ++byte) {
                shift -= 8;
                *byte = static_cast<std::uint8_t>(word >> shift);
            }
        }
        return id;
    }

private:
    std::mt19937_64 random_{std::random_device{}()};
};

/// A vector of events a stream, and one of all. An event that comes again under its id is not noticed.
class MemoryByHand {
public:
    /// @throws std::runtime_error  if the order is not at `version`
    void append(std::string const& id, std::uint64_t version, std::vector<KeptEvent>&& events) {
        std::lock_guard const lock{mutex_};
        std::vector<KeptEvent>& stream = streams_[id];
        if (stream.size() != version) {
            throw std::runtime_error{"a hand-written append met a conflict"};
        }
        for (KeptEvent& event : events) {
            event.position = log_.size() + 1;
            log_.emplace_back(&stream, stream.size());
            stream.push_back(std::move(event));
        }
    }

    [[nodiscard]] OrderState load(std::string const& id) const {
        std::lock_guard const lock{mutex_};
        OrderState state;
        for (KeptEvent const& event : streams_.at(id)) {
            apply_by_hand(state, event.payload);
        }
        return state;
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::vector<KeptEvent>> streams_;
    std::vector<std::pair<std::vector<KeptEvent> const*, std::size_t>> log_; ///< the events in global order
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_STORE_BY_HAND_HPP
