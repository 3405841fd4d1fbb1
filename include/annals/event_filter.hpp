// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_FILTER_HPP
#define ANNALS_EVENT_FILTER_HPP

#include <annals/limits.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// Which events a reader of the log wants: those that any of its clauses admits; without clauses, all.
///
/// Names are compared byte by byte. `EventFilter::category("Order") | EventFilter::types({"CustomerRenamed"})`
class EventFilter {
public:
    /// Some events of one type of aggregate, or of any.
    struct Clause {
        std::string aggregate_type;           ///< empty: of any type
        std::vector<std::string> event_types; ///< wanted; or, if `are_unwanted`, all others are
        bool are_unwanted = false;

        [[nodiscard]] friend bool operator==(Clause const&, Clause const&) = default;
    };

    /// Clauses and event types that a filter has at most, so that every store can look for them.
    static constexpr std::size_t max_size = 900;

    /// All events.
    EventFilter() = default;

    /// What the clause admits: nothing, if it wants no event type.
    /// @throws InvalidInput  if a name breaks the limits of names, or there are too many
    explicit EventFilter(Clause clause) {
        if (!clause.aggregate_type.empty()) {
            require_name("aggregate type", clause.aggregate_type);
        }
        for (std::string const& type : clause.event_types) {
            require_name("event type", type);
        }
        bool const admits_all = clause.aggregate_type.empty() && clause.event_types.empty() && clause.are_unwanted;
        if (!admits_all) {
            clauses_.push_back(std::move(clause));
        }
        require_size();
    }

    /// All events of the aggregates of that type.
    [[nodiscard]] static EventFilter category(std::string aggregate_type) {
        return category_without(std::move(aggregate_type), {});
    }

    /// The same without those of some types.
    [[nodiscard]] static EventFilter category_without(std::string aggregate_type, std::vector<std::string> unwanted) {
        require_name("aggregate type", aggregate_type);
        return EventFilter{Clause{std::move(aggregate_type), std::move(unwanted), true}};
    }

    /// The events of these types, whatever the aggregate.
    [[nodiscard]] static EventFilter types(std::vector<std::string> event_types) {
        return EventFilter{Clause{{}, std::move(event_types), false}};
    }

    /// What one of them or both admit.
    /// @throws InvalidInput  if that is too much for one filter
    [[nodiscard]] friend EventFilter operator|(EventFilter a, EventFilter const& b) {
        if (a.clauses_.empty() || b.clauses_.empty()) {
            return {};
        }
        a.clauses_.insert(a.clauses_.end(), b.clauses_.begin(), b.clauses_.end());
        a.require_size();
        return a;
    }

    [[nodiscard]] bool admits(std::string_view aggregate_type, std::string_view event_type) const noexcept {
        for (Clause const& clause : clauses_) {
            bool const is_there = clause.aggregate_type.empty() || clause.aggregate_type == aggregate_type;
            if (is_there && names(clause, event_type) != clause.are_unwanted) {
                return true;
            }
        }
        return admits_all();
    }

    [[nodiscard]] bool admits_all() const noexcept { return clauses_.empty(); }

    /// For stores.
    [[nodiscard]] std::vector<Clause> const& clauses() const noexcept { return clauses_; }

    [[nodiscard]] friend bool operator==(EventFilter const&, EventFilter const&) = default;

private:
    [[nodiscard]] static bool names(Clause const& clause, std::string_view event_type) noexcept {
        for (std::string const& type : clause.event_types) {
            if (type == event_type) {
                return true;
            }
        }
        return false;
    }

    void require_size() const {
        std::size_t size = clauses_.size();
        for (Clause const& clause : clauses_) {
            size += clause.event_types.size();
        }
        if (size > max_size) {
            throw InvalidInput{
                "annals: a filter has " + std::to_string(size) + " clauses and event types, at most " +
                std::to_string(max_size) + " are allowed"
            };
        }
    }

    std::vector<Clause> clauses_;
};

} // namespace annals

#endif // ANNALS_EVENT_FILTER_HPP
