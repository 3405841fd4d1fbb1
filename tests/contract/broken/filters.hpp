// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_FILTERS_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_FILTERS_HPP

#include <tests/contract/broken/broken_event_store.hpp>

#include <string>
#include <vector>

namespace annals_tests {

using annals::EventFilter;
using Clause = EventFilter::Clause;

/// A defect that takes a clause for another one.
template <class Change>
[[nodiscard]] std::function<void(Steps&)> mistakes_clauses(Change change) {
    return [change](Steps& steps) {
        steps.is_wanted = [change](EventFilter const& filter, Event const& event) {
            bool is_admitted = false;
            for (Clause clause : filter.clauses()) {
                change(clause, event);
                is_admitted = is_admitted || EventFilter{clause}.admits(event.aggregate_type(), event.payload.type);
            }
            return is_admitted;
        };
    };
}

/// A defect of the whole reading.
template <class Read>
[[nodiscard]] std::function<void(Steps&)> reads_filtered(Read read) {
    return [read](Steps& steps) {
        steps.read_filtered =
            [read](Store const& store, annals::Position after, std::size_t limit, EventFilter const& filter) {
                return filter.admits_all() ? store.log_events(after, limit) : read(store, after, limit, filter);
            };
    };
}

[[nodiscard]] inline std::vector<BrokenEventStore> broken_filters() {
    using annals::Position;
    std::string_view const of_category = "a filter for a category hands out that one alone";
    std::string_view const of_types = "a filter for event types hands out these alone";
    std::string_view const without_types = "a filter for all but some types leaves out these alone";
    std::string_view const of_clauses = "several clauses hand out once what any of them admits";
    std::string_view const limited = "the limit counts the events that a filter admits";
    std::string_view const in_place = "filtered events come in the order and at the positions of the log";
    std::string_view const plain = "quotes, wildcards and SQL in a filter are plain text";
    return {
        {"takes no clauses for nothing",
         [](Steps& steps) {
             steps.read_filtered = [](Store const& store, Position after, std::size_t limit, EventFilter const& filter
                                   ) {
                 return filter.admits_all() ? Events{} : store.filtered_events(after, limit, filter);
             };
         },
         {"a filter without clauses hands out the whole log"}},
        {"finds categories by their beginning",
         mistakes_clauses([](Clause& clause, Event const& event) {
             if (!clause.aggregate_type.empty() && event.aggregate_type().starts_with(clause.aggregate_type)) {
                 clause.aggregate_type = event.aggregate_type();
             }
         }),
         {of_category}},
        {"forgets the category",
         mistakes_clauses([](Clause& clause, Event const&) { clause.aggregate_type.clear(); }),
         {of_category, of_types, without_types}},
        {"forgets the event types",
         mistakes_clauses([](Clause& clause, Event const&) {
             clause.event_types.clear();
             clause.are_unwanted = true;
         }),
         {of_types, without_types}},
        {"takes event types for categories",
         mistakes_clauses([](Clause& clause, Event const& event) {
             if (clause.aggregate_type.empty()) {
                 clause = {event.payload.type, {}, true};
             }
         }),
         {of_types}},
        {"takes unwanted types for wanted ones",
         mistakes_clauses([](Clause& clause, Event const&) { clause.are_unwanted = false; }),
         {without_types}},
        {"leaves unwanted types out of no category but all",
         mistakes_clauses([](Clause& clause, Event const&) {
             if (clause.are_unwanted && clause.aggregate_type.empty()) {
                 clause.event_types.clear();
             }
         }),
         {without_types, plain}},
        {"heeds the first clause alone",
         [](Steps& steps) {
             steps.is_wanted = [](EventFilter const& filter, Event const& event) {
                 return EventFilter{filter.clauses().front()}.admits(event.aggregate_type(), event.payload.type);
             };
         },
         {of_clauses}},
        {"wants what all clauses admit",
         [](Steps& steps) {
             steps.is_wanted = [](EventFilter const& filter, Event const& event) {
                 bool is_admitted = true;
                 for (Clause const& clause : filter.clauses()) {
                     is_admitted =
                         is_admitted && EventFilter{clause}.admits(event.aggregate_type(), event.payload.type);
                 }
                 return is_admitted;
             };
         },
         {of_clauses}},
        {"hands out an event for each clause that admits it",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             Events events;
             for (Event const& event : store.log_events(after, annals::all_events)) {
                 for (Clause const& clause : filter.clauses()) {
                     if (EventFilter{clause}.admits(event.aggregate_type(), event.payload.type)) {
                         events.push_back(event);
                     }
                 }
             }
             return events.size() <= limit ? events : Store::first_of(events, limit);
         }),
         {of_clauses}},
        {"limits before it filters",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             Events events = store.log_events(after, limit);
             std::erase_if(events, [&](Event const& event) {
                 return !filter.admits(event.aggregate_type(), event.payload.type);
             });
             return events;
         }),
         {limited}},
        {"forgets the limit where it filters",
         reads_filtered([](Store const& store, Position after, std::size_t, EventFilter const& filter) {
             return store.filtered_events(after, annals::all_events, filter);
         }),
         {limited}},
        {"forgets where to start where it filters",
         reads_filtered([](Store const& store, Position, std::size_t limit, EventFilter const& filter) {
             return store.filtered_events({}, limit, filter);
         }),
         {in_place}},
        {"reads clause by clause",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             Events events;
             for (Clause const& clause : filter.clauses()) {
                 Events const some = store.filtered_events(after, limit, EventFilter{clause});
                 events.insert(events.end(), some.begin(), some.end());
             }
             return events;
         }),
         {in_place}},
        {"numbers what it hands out anew",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             Events events = store.filtered_events(after, limit, filter);
             std::int64_t n = after.first();
             for (Event& event : events) {
                 event.position = Position{++n};
             }
             return events;
         }),
         {in_place}},
        {"ends at a page that has nothing",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             Events events = store.filtered_events(after, limit, filter);
             for (std::size_t n = 0; n < events.size(); ++n) {
                 std::int64_t const before = n == 0 ? after.first() : events[n - 1].position.first();
                 if (events[n].position.first() - before > 1'000) {
                     return Store::first_of(events, n);
                 }
             }
             return events;
         }),
         {"a filter may pass over thousands of events"}},
        {"hands out a page and no more",
         reads_filtered([](Store const& store, Position after, std::size_t limit, EventFilter const& filter) {
             return store.filtered_events(after, limit < 1'000 ? limit : 1'000, filter);
         }),
         {"a filter may pass over thousands of events"}},
        {"compares categories with LIKE",
         mistakes_clauses([](Clause& clause, Event const& event) {
             if (clause.aggregate_type == "%") {
                 clause.aggregate_type = event.aggregate_type();
             }
         }),
         {plain}},
        {"closes quotes early",
         mistakes_clauses([](Clause& clause, Event const&) {
             for (std::string& type : clause.event_types) {
                 type = type.substr(0, type.find('\'', 1));
             }
         }),
         {plain}},
        {"takes no types for all types",
         mistakes_clauses([](Clause& clause, Event const&) {
             clause.are_unwanted = clause.are_unwanted || clause.event_types.empty();
         }),
         {"a filter that admits nothing hands out nothing"}},
        {"heeds a hundred types at most",
         mistakes_clauses([](Clause& clause, Event const&) {
             clause.event_types.resize(clause.event_types.size() < 100 ? clause.event_types.size() : 100);
         }),
         {"a filter may name hundreds of types"}},
        {"heeds a hundred clauses at most",
         [](Steps& steps) {
             steps.is_wanted = [](EventFilter const& filter, Event const& event) {
                 bool is_admitted = false;
                 for (std::size_t n = 0; n < filter.clauses().size() && n < 100; ++n) {
                     is_admitted = is_admitted ||
                                   EventFilter{filter.clauses()[n]}.admits(event.aggregate_type(), event.payload.type);
                 }
                 return is_admitted;
             };
         },
         {"a filter may name hundreds of types"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_FILTERS_HPP
