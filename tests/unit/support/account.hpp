// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_HPP

#include <annals/aggregate.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// The smallest domain in which order matters: a bank account, whose journal shows every event it has seen.
namespace bank {

struct Opened {
    std::string owner;
    friend bool operator==(Opened const&, Opened const&) = default;
};
struct Deposited {
    std::int64_t amount = 0;
    friend bool operator==(Deposited const&, Deposited const&) = default;
};
struct Withdrawn {
    std::int64_t amount = 0;
    friend bool operator==(Withdrawn const&, Withdrawn const&) = default;
};
using Event = std::variant<Opened, Deposited, Withdrawn>;

struct Overdrawn : std::domain_error {
    using std::domain_error::domain_error;
};

/// What an account knows, and what its snapshots hold.
struct State {
    std::string owner;
    std::int64_t balance = 0;
    std::vector<std::int64_t> journal; ///< 0 for `Opened`
    friend bool operator==(State const&, State const&) = default;
};

class Account final : public annals::Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;

    void open(std::string owner) { raise_event(Opened{std::move(owner)}); }
    void deposit(std::int64_t amount) { raise_event(Deposited{amount}); }
    void withdraw(std::int64_t amount) {
        if (amount > state_.balance) {
            throw Overdrawn{"not enough money"};
        }
        raise_event(Withdrawn{amount});
    }

    [[nodiscard]] State const& state() const { return state_; }
    [[nodiscard]] std::int64_t balance() const { return state_.balance; }

    [[nodiscard]] State snapshot() const { return state_; }
    void restore(State state) {
        if (state.owner == "nobody") {
            throw std::invalid_argument{"a snapshot of nobody's account"};
        }
        state_ = std::move(state);
    }

private:
    void apply_event(Opened const& event) override {
        state_.owner = event.owner;
        state_.journal.push_back(0);
    }
    void apply_event(Deposited const& event) override {
        state_.balance += event.amount;
        state_.journal.push_back(event.amount);
    }
    void apply_event(Withdrawn const& event) override {
        state_.balance -= event.amount;
        state_.journal.push_back(-event.amount);
    }

    State state_;
};

} // namespace bank

#endif // ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_HPP
