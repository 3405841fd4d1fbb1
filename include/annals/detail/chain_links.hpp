// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CHAIN_LINKS_HPP
#define ANNALS_DETAIL_CHAIN_LINKS_HPP

#include <annals/error.hpp>
#include <annals/position.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::detail {

/// A link as it is stored.
struct StoredLink {
    Version version;
    std::string hash;
};

/// The table of the links, within a transaction of a store, or a reader.
template <class Transaction>
class ChainLinks {
public:
    explicit ChainLinks(Transaction& transaction)
        : transaction_{transaction}, links_{transaction.table("event_hashes")}, events_{transaction.table("events")} {}

    void make_table() {
        transaction_.run(
            "CREATE TABLE IF NOT EXISTS " + links_ +
            " (aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, version BIGINT NOT NULL, hash TEXT NOT NULL, "
            "PRIMARY KEY (aggregate_type, aggregate_id, version))"
        );
    }

    /// Finds nothing, for the error there is without the table.
    void look() { static_cast<void>(transaction_.query("SELECT 1 FROM " + links_ + " WHERE 1 = 0").next()); }

    void add(StreamName const& stream, StoredLink const& link) {
        transaction_.queue(
            "INSERT INTO " + links_ + " (aggregate_type, aggregate_id, version, hash) VALUES ($1, $2, $3, $4)",
            stream.aggregate_type(),
            stream.aggregate_id(),
            link.version.value(),
            link.hash
        );
    }

    /// @returns an empty text if there is none
    [[nodiscard]] std::string find(StreamName const& stream, Version version) {
        auto rows = transaction_.query(
            "SELECT hash FROM " + links_ + " WHERE aggregate_type = $1 AND aggregate_id = $2 AND version = $3",
            stream.aggregate_type(),
            stream.aggregate_id(),
            version.value()
        );
        return rows.next() ? std::string{rows.text(0)} : std::string{};
    }

    [[nodiscard]] std::optional<StoredLink> last(StreamName const& stream) {
        auto rows = transaction_.query(
            "SELECT version, hash FROM " + links_ +
                " WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY version DESC LIMIT 1",
            stream.aggregate_type(),
            stream.aggregate_id()
        );
        return rows.next() ? std::optional{StoredLink{Version{rows.integer(0)}, std::string{rows.text(1)}}}
                           : std::nullopt;
    }

    /// The next of a stream, a page of them.
    [[nodiscard]] std::vector<StoredLink> page(StreamName const& stream, Version from, Version up_to) {
        std::vector<StoredLink> links;
        auto rows = transaction_.query(
            "SELECT version, hash FROM " + links_ +
                " WHERE aggregate_type = $1 AND aggregate_id = $2 AND version >= $3 AND version <= $4 "
                "ORDER BY version LIMIT 1000",
            stream.aggregate_type(),
            stream.aggregate_id(),
            from.value(),
            up_to.value()
        );
        while (rows.next()) {
            links.push_back({Version{rows.integer(0)}, std::string{rows.text(1)}});
        }
        return links;
    }

    /// The streams that have links, by name, behind `after`: a page of them.
    [[nodiscard]] std::vector<StreamName> streams(std::optional<StreamName> const& after) {
        std::vector<StreamName> names;
        auto rows = transaction_.query(
            "SELECT aggregate_type, aggregate_id FROM " + links_ +
                " WHERE (aggregate_type, aggregate_id) > ($1, $2) GROUP BY aggregate_type, aggregate_id "
                "ORDER BY aggregate_type, aggregate_id LIMIT 1000",
            after ? after->aggregate_type() : std::string{},
            after ? after->aggregate_id() : std::string{}
        );
        while (rows.next()) {
            names.emplace_back(std::string{rows.text(0)}, std::string{rows.text(1)});
        }
        return names;
    }

    /// The first event up to that position that has no link.
    [[nodiscard]] std::optional<std::pair<StreamName, Version>> unlinked(Position last, std::string_view truncated) {
        auto rows = transaction_.query(
            "SELECT aggregate_type, aggregate_id, version FROM " + events_ +
                " AS event WHERE position <= $1 AND event_type <> $2 AND NOT EXISTS (SELECT 1 FROM " + links_ +
                " AS link WHERE link.aggregate_type = event.aggregate_type AND link.aggregate_id = event.aggregate_id "
                "AND link.version = event.version) ORDER BY position LIMIT 1",
            last.first(),
            truncated
        );
        if (!rows.next()) {
            return std::nullopt;
        }
        return std::pair{StreamName{std::string{rows.text(0)}, std::string{rows.text(1)}}, Version{rows.integer(2)}};
    }

private:
    Transaction& transaction_;
    std::string links_;
    std::string events_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_CHAIN_LINKS_HPP
