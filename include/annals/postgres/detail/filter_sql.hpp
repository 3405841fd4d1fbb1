// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_FILTER_SQL_HPP
#define ANNALS_POSTGRES_DETAIL_FILTER_SQL_HPP

#include <annals/event_filter.hpp>
#include <annals/postgres/detail/call.hpp>

#include <string>
#include <string_view>

namespace annals::postgres::detail {

/// The condition for what the filter admits, on parameters from `$4` on; empty if that is everything.
///
/// It depends on the kinds of the clauses alone, not on the names or how many there are, so few texts are prepared.
[[nodiscard]] inline std::string condition_of(EventFilter const& filter) {
    std::string sql;
    int parameter = 3;
    auto const next = [&parameter] { return '$' + std::to_string(++parameter) + "::text"; };
    for (EventFilter::Clause const& clause : filter.clauses()) {
        sql += sql.empty() ? " AND ((" : ") OR (";
        if (!clause.aggregate_type.empty()) {
            sql += "aggregate_type = " + next() + " AND ";
        }
        sql += (clause.are_unwanted ? "event_type <> ALL (" : "event_type = ANY (") + next() + "[])";
    }
    return sql.empty() ? sql : sql + "))";
}

/// The values for it.
inline void add_parameters(Parameters& parameters, EventFilter const& filter) {
    for (EventFilter::Clause const& clause : filter.clauses()) {
        if (!clause.aggregate_type.empty()) {
            parameters.add(std::string_view{clause.aggregate_type});
        }
        ArrayValue types{ElementType::text};
        for (std::string const& type : clause.event_types) {
            types.add(std::string_view{type});
        }
        parameters.add(types);
    }
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_FILTER_SQL_HPP
