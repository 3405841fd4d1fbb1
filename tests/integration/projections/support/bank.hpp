// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_BANK_HPP
#define ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_BANK_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bank {

struct Opened {
    std::string owner;
};
struct Deposited {
    std::int64_t amount = 0;
};
struct Closed {
    std::string reason;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Opened, owner)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Deposited, amount)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Closed, reason)

using AccountEvent = std::variant<Opened, Deposited, Closed>;

class Account final : public annals::Aggregate<std::string, AccountEvent> {
public:
    using Aggregate::Aggregate;

    void open(std::string owner) { raise_event(Opened{std::move(owner)}); }
    void deposit(std::int64_t amount) { raise_event(Deposited{amount}); }
    void close(std::string reason) { raise_event(Closed{std::move(reason)}); }

private:
    void apply_event(Opened const&) override {}
    void apply_event(Deposited const&) override {}
    void apply_event(Closed const&) override {}
};

/// A line of a read model, or of the fold to compare it with.
struct Line {
    std::int64_t total = 0;
    std::int64_t events = 0;  ///< how many were counted
    std::int64_t version = 0; ///< of the last one

    [[nodiscard]] friend bool operator==(Line const&, Line const&) = default;
};
using Lines = std::map<std::string, Line>;

/// That many deposits into the first `accounts` accounts, in one commit.
template <class Store>
annals::AppendResult deposit(Store& store, std::size_t count, std::size_t accounts = 5) {
    annals::JsonCodec<AccountEvent> const codec{};
    std::vector<std::vector<annals::NewEvent<annals::EncodedPayload>>> events(accounts < count ? accounts : count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const amount = static_cast<std::int64_t>(i + 1);
        events[i % events.size()].push_back(
            {annals::new_event_id(), annals::system_clock().now(), {}, codec.encode(Deposited{amount})}
        );
    }
    std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
    for (std::size_t i = 0; i < events.size(); ++i) {
        commit.push_back({{"Account", "a" + std::to_string(i)}, annals::ExpectedVersion::any(), events[i]});
    }
    return store.append(commit).back();
}

/// What the read model must be, without a word of projections: all deposits up to a position, account by account.
template <class Store>
Lines fold(Store const& store, annals::Position last = annals::Position{std::numeric_limits<std::int64_t>::max()}) {
    Lines lines;
    annals::JsonCodec<AccountEvent> const codec{};
    for (auto const& stored : store.read_all()) {
        if (stored.aggregate_type() == "Account" && stored.position <= last) {
            AccountEvent const event = codec.decode(stored);
            auto const* const deposited = std::get_if<Deposited>(&event);
            Line& line = lines[stored.stream.aggregate_id()];
            line.total += deposited != nullptr ? deposited->amount : 0;
            line.version = stored.version.value();
            ++line.events;
        }
    }
    return lines;
}

} // namespace bank

#endif // ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_BANK_HPP
