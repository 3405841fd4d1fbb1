// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_CLAIMS_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_CLAIMS_HPP

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace reliability {

/// What a writer was told: this event has this version of this stream.
struct Claim {
    std::string event_id;
    std::string aggregate_id;
    std::int64_t version;
};

struct Claims {
    std::vector<Claim> all;
    std::size_t conflicts = 0;

    void add(std::size_t stream, Events const& events, annals::Version last) {
        std::int64_t version = last.value() - static_cast<std::int64_t>(events.size());
        for (auto const& event : events) {
            all.push_back({annals::to_text(event.event_id), std::to_string(stream), ++version});
        }
    }
    void add(Claims const& other) {
        all.insert(all.end(), other.all.begin(), other.all.end());
        conflicts += other.conflicts;
    }
};

struct ClaimFindings {
    std::size_t lost = 0;       ///< claims that no stored event bears out
    std::size_t contested = 0;  ///< versions that two writers were given
    std::size_t unclaimed = 0;  ///< stored events that nobody was told of
    std::size_t disordered = 0; ///< events that are not one version above the one before in their stream
};

[[nodiscard]] inline ClaimFindings compare(Claims const& claims, std::vector<StoredRow> const& rows) {
    ClaimFindings findings;
    std::map<std::pair<std::string, std::int64_t>, std::string> owners;
    for (Claim const& claim : claims.all) {
        findings.contested += owners.try_emplace({claim.aggregate_id, claim.version}, claim.event_id).second ? 0U : 1U;
    }
    for (StoredRow const& row : rows) {
        auto const owner = owners.find({row.aggregate_id, row.version});
        findings.unclaimed += owner != owners.end() && owner->second == row.event_id ? 0U : 1U;
    }
    findings.lost = claims.all.size() - (rows.size() - findings.unclaimed);
    findings.disordered = disordered_versions(rows);
    return findings;
}

/// Every acknowledged event is stored, once and in its place, and nothing else is.
inline void check_claims(Claims const& claims, std::vector<StoredRow> const& rows) {
    ClaimFindings const findings = compare(claims, rows);
    CHECK(claims.conflicts == 0);
    CHECK(findings.lost == 0);
    CHECK(findings.contested == 0);
    CHECK(findings.unclaimed == 0);
    CHECK(findings.disordered == 0);
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_CLAIMS_HPP
