// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_KEY_QUEUES_HPP
#define ANNALS_NATS_DETAIL_KEY_QUEUES_HPP

#include <annals/message.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace annals::nats::detail {

/// Says which message may be sent next: one whose predecessors of the same key are all confirmed.
///
/// JetStream judges each message for itself, so a second one under way could be accepted though the first was not.
class KeyQueues {
public:
    explicit KeyQueues(std::span<Message const> messages)
        : next_(messages.size(), none), is_under_way_(messages.size(), false) {
        ready_.reserve(messages.size());
        std::unordered_map<std::string_view, std::size_t> last;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            auto const [of_key, is_first] = last.try_emplace(messages[i].key, i);
            if (is_first) {
                ready_.push_back(i);
            } else {
                next_[std::exchange(of_key->second, i)] = i;
            }
        }
    }

    [[nodiscard]] bool is_done() const noexcept { return confirmed_ == next_.size(); }
    [[nodiscard]] bool has_ready() const noexcept { return taken_ < ready_.size(); }
    [[nodiscard]] std::size_t under_way() const noexcept { return taken_ - confirmed_; }
    [[nodiscard]] std::size_t take_ready() {
        std::size_t const message = ready_[taken_++];
        is_under_way_[message] = true;
        return message;
    }
    /// Nothing comes of a message that is not under way.
    void confirm(std::size_t message) {
        if (message >= next_.size() || !is_under_way_[message]) {
            return;
        }
        is_under_way_[message] = false;
        ++confirmed_;
        if (next_[message] != none) {
            ready_.push_back(next_[message]);
        }
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::vector<std::size_t> next_; // of the same key
    std::vector<bool> is_under_way_;
    std::vector<std::size_t> ready_; // in the order in which they became so
    std::size_t taken_ = 0;          // of these
    std::size_t confirmed_ = 0;
};

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_KEY_QUEUES_HPP
