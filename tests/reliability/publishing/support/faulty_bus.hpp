// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_FAULTY_BUS_HPP
#define ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_FAULTY_BUS_HPP

#include <annals/memory/message_bus.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <set>
#include <span>
#include <thread>
#include <vector>

namespace reliability {

/// What a broker does to a call.
enum class Fault : std::uint8_t {
    none,
    refuses,       ///< takes nothing, and says so
    stops_halfway, ///< takes the first of the messages, and breaks
    acks_too_late, ///< takes all, but the bus has given up by then
    hangs          ///< answers nothing for longer than the bus waits, then takes all the same
};

/// The bus of a broker in this process, which keeps what it was sent, in order, and has faults. Thread-safe.
class FaultyBus {
public:
    /// @param faults_in_100  calls, on average; the first calls meet all of them in turn
    /// @param longest_hang   longer than a relay's lease: another one takes over meanwhile
    FaultyBus(unsigned faults_in_100, std::chrono::milliseconds longest_hang)
        : faults_in_100_{faults_in_100}, longest_hang_{longest_hang} {
        broker_.subscribe([this](annals::Message const& message) {
            std::lock_guard const lock{mutex_};
            taken_.push_back(message);
        });
    }

    void publish(std::span<annals::Message const> messages) {
        Fault const fault = next_fault();
        switch (fault) {
        case Fault::none:
            broker_.publish(messages);
            return confirm(messages);
        case Fault::refuses:
            break;
        case Fault::stops_halfway:
            broker_.publish(messages.first(messages.size() / 2));
            break;
        case Fault::acks_too_late:
            broker_.publish(messages);
            break;
        case Fault::hangs:
            // Other calls go on meanwhile, and so may what this one has begun.
            broker_.publish(messages.first(messages.size() / 2));
            std::this_thread::sleep_for(hang());
            broker_.publish(messages.subspan(messages.size() / 2));
            break;
        }
        throw annals::BusError{"the broker did not confirm", std::to_string(static_cast<int>(fault)), true};
    }

    /// All that it has taken, in that order.
    [[nodiscard]] std::vector<annals::Message> taken() const {
        std::lock_guard const lock{mutex_};
        return taken_;
    }
    /// Whether who has published the message knows that it was taken.
    [[nodiscard]] bool has_confirmed(annals::EventId const& id) const {
        std::lock_guard const lock{mutex_};
        return confirmed_.contains(id);
    }
    [[nodiscard]] std::size_t faults() const {
        std::lock_guard const lock{mutex_};
        return faults_;
    }

private:
    [[nodiscard]] Fault next_fault() {
        std::lock_guard const lock{mutex_};
        auto const kind = static_cast<Fault>(1 + dice_() % 4);
        bool const is_faulty = dice_() % 100 < faults_in_100_;
        Fault const fault = calls_ < 4 ? static_cast<Fault>(calls_ + 1) : is_faulty ? kind : Fault::none;
        ++calls_;
        faults_ += fault == Fault::none ? 0U : 1U;
        return fault;
    }
    [[nodiscard]] std::chrono::milliseconds hang() {
        std::lock_guard const lock{mutex_};
        return longest_hang_ * static_cast<int>(1 + dice_() % 3) / 3;
    }
    void confirm(std::span<annals::Message const> messages) {
        std::lock_guard const lock{mutex_};
        for (annals::Message const& message : messages) {
            confirmed_.insert(message.id);
        }
    }

    unsigned faults_in_100_;
    std::chrono::milliseconds longest_hang_;
    annals::InProcessBus broker_;
    mutable std::mutex mutex_;
    std::mt19937 dice_{std::random_device{}()};
    std::vector<annals::Message> taken_;
    std::set<annals::EventId> confirmed_;
    unsigned calls_ = 0;
    std::size_t faults_ = 0;
};

static_assert(annals::MessageBus<FaultyBus>);

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_PUBLISHING_SUPPORT_FAULTY_BUS_HPP
