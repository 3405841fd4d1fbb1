// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_COUNTER_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_COUNTER_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace reliability {

struct Increased {
    std::int64_t by = 0;
};
struct Labelled {
    std::string label;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Increased, by)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Labelled, label)

using CounterEvent = std::variant<Increased, Labelled>;

struct CounterState {
    std::int64_t total = 0;
    std::string label;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CounterState, total, label)

/// The smallest aggregate that shows a lost or a repeated event: its total is wrong then.
class Counter final : public annals::Aggregate<std::string, CounterEvent> {
public:
    using Aggregate::Aggregate;

    void increase(std::int64_t by) { raise_event(Increased{by}); }
    void label(std::string text) { raise_event(Labelled{std::move(text)}); }

    [[nodiscard]] std::int64_t total() const noexcept { return state_.total; }
    [[nodiscard]] std::string const& label() const noexcept { return state_.label; }

    [[nodiscard]] CounterState snapshot() const { return state_; }
    void restore(CounterState state) { state_ = std::move(state); }

private:
    void apply_event(Increased const& event) override { state_.total += event.by; }
    void apply_event(Labelled const& event) override { state_.label = event.label; }

    CounterState state_;
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_COUNTER_HPP
