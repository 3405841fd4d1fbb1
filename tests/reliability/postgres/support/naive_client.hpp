// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_NAIVE_CLIENT_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_NAIVE_CLIENT_HPP

#include <tests/reliability/postgres/support/fault_proxy.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace reliability {

[[nodiscard]] inline std::uint16_t server_port(std::string const& conninfo) {
    Session const session{conninfo};
    return static_cast<std::uint16_t>(std::stoi(PQport(session.handle())));
}

/// Inserts by hand through the proxy, one statement a commit.
class NaiveClient {
public:
    NaiveClient(TestSchema const& schema, FaultProxy& proxy) : schema_{schema}, proxy_{proxy}, session_{connect()} {}

    /// @returns the new version; 0 if the stream is not at `expected`, if there is one
    std::int64_t append(std::int64_t expected) {
        std::string const condition = expected < 0 ? "true" : "coalesce(max(version), 0) = " + std::to_string(expected);
        std::string const version = session_.run(schema_.sql(
            "INSERT INTO @.events SELECT nextval('@.events_position'), '" + annals::to_text(annals::new_event_id()) +
            "', 'Ledger', '0', coalesce(max(version), 0) + 1, 'Written', 1, '{}', '{}', now(), 0 "
            "FROM @.events WHERE aggregate_id = '0' HAVING " +
            condition + " RETURNING version"
        ));
        return version.empty() ? 0 : std::stoll(version);
    }
    void reconnect() { session_ = connect(); }

private:
    [[nodiscard]] Session connect() const { return schema_.session("port=" + std::to_string(proxy_.port())); }

    TestSchema const& schema_;
    FaultProxy& proxy_;
    Session session_;
};

struct NaiveReport {
    int appends = 0;
    int duplicates = 0;
    int false_conflicts = 0;
    int denied = 0; ///< events that are stored and were reported as failed
};

/// Cuts the connection of a client that makes a new event in its retry loop, or makes no retry.
[[nodiscard]] inline NaiveReport cut_naive_client(bool expects_version, bool retries) {
    TestSchema const schema;
    FaultProxy proxy{server_port(schema.conninfo())};
    NaiveClient client{schema, proxy};
    NaiveReport report;
    std::int64_t version = 0;
    int acknowledged = 0;
    for (std::size_t cut = 0; cut < 60; ++cut) {
        proxy.arm({Cut::never, cut, std::chrono::milliseconds{50}});
        ++report.appends;
        for (int tries = 0; tries < (retries ? 2 : 1); ++tries) {
            try {
                std::int64_t const now_at = client.append(expects_version ? version : -1);
                report.false_conflicts += now_at == 0 ? 1 : 0;
                acknowledged += now_at == 0 ? 0 : 1;
                break;
            } catch (std::runtime_error const&) {
                client.reconnect();
            }
        }
        version = std::stoll(schema.session().run(schema.sql("SELECT coalesce(max(version), 0) FROM @.events")));
    }
    int const stored = static_cast<int>(schema.rows().size());
    report.duplicates = stored - report.appends;
    report.denied = stored - acknowledged;
    return report;
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_NAIVE_CLIENT_HPP
