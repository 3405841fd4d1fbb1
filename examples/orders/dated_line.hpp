// SPDX-License-Identifier: MIT

#ifndef ORDERS_DATED_LINE_HPP
#define ORDERS_DATED_LINE_HPP

#include "fingerprint.hpp"
#include "stores.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <variant>

namespace orders {

/// A line of an order and the time at which it was raised.
struct DatedLine {
    annals::Timestamp date;
    OrderLine line;
};

/// By which a line of an order is recognised.
[[nodiscard]] inline std::uint64_t fingerprint_of(DatedLine const& dated) {
    return Fingerprint{}
        .add(dated.line.stock_code)
        .add(dated.line.description)
        .add(dated.line.quantity)
        .add(dated.line.unit_price.millionths())
        .add(dated.date.time_since_epoch().count())
        .value();
}

[[nodiscard]] inline std::optional<DatedLine> line_of(annals::SourcedEvent<OrderEvent> const& event) {
    if (auto const* added = std::get_if<LineAdded>(&event.payload)) {
        return DatedLine{event.timestamp, {added->stock_code, added->description, added->quantity, added->unit_price}};
    }
    if (auto const* back = std::get_if<LineReturned>(&event.payload)) {
        return DatedLine{
            event.timestamp, {back->stock_code, back->description, -std::int64_t{back->quantity}, back->unit_price}
        };
    }
    return std::nullopt;
}

/// How many lines of each fingerprint.
class LineCounts {
public:
    void add(std::uint64_t fingerprint) { ++counts_[fingerprint]; }
    /// Takes one away. @returns false if there is none
    bool take(std::uint64_t fingerprint) {
        auto const found = counts_.find(fingerprint);
        if (found == counts_.end() || found->second == 0) {
            return false;
        }
        --found->second;
        return true;
    }

private:
    std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

} // namespace orders

#endif // ORDERS_DATED_LINE_HPP
