// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_LOG_QUERY_HPP
#define ANNALS_SQLITE_DETAIL_LOG_QUERY_HPP

#include <annals/event_filter.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace annals::sqlite::detail {

/// The query for the log between two positions, `?1` and `?2`, or for what a filter admits of it.
class LogQuery {
public:
    explicit LogQuery(EventFilter const& filter = {}) : is_filtered_{!filter.admits_all()} {
        std::string condition;
        for (EventFilter::Clause const& clause : filter.clauses()) {
            condition += condition.empty() ? " AND ((" : ") OR (";
            if (!clause.aggregate_type.empty()) {
                // The plus keeps the query on the positions: by the index on streams, each page would sort them all.
                condition += "+aggregate_type = " + parameter(clause.aggregate_type) + " AND ";
            }
            condition += clause.are_unwanted ? "event_type NOT IN (" : "event_type IN (";
            for (std::size_t i = 0; i < clause.event_types.size(); ++i) {
                condition += i == 0 ? "" : ",";
                condition += parameter(clause.event_types[i]);
            }
            condition += ')';
        }
        sql_ += condition.empty() ? condition : condition + "))";
        sql_ += " ORDER BY position";
    }

    [[nodiscard]] std::string const& sql() const noexcept { return sql_; }
    /// The values of the parameters from `?3` on.
    [[nodiscard]] std::vector<std::string> const& names() const noexcept { return names_; }
    [[nodiscard]] bool is_filtered() const noexcept { return is_filtered_; }

private:
    [[nodiscard]] std::string parameter(std::string const& name) {
        names_.push_back(name);
        return '?' + std::to_string(names_.size() + 2);
    }

    std::string sql_ = "SELECT * FROM events WHERE position > ?1 AND position <= ?2";
    std::vector<std::string> names_;
    bool is_filtered_;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_LOG_QUERY_HPP
