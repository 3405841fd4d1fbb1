// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/claims.hpp>
#include <tests/reliability/postgres/support/fault_proxy.hpp>
#include <tests/reliability/postgres/support/naive_client.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <span>
#include <string>
#include <thread>
#include <vector>

// The connection is cut while an append is under way, at every place of the exchange. Whether it was committed, only
// the server knows then; the author of the append must end with its events stored once.

namespace {

using namespace reliability;
using annals::ExpectedVersion;
using annals::PostgresEventStore;
using annals::Version;
using std::chrono::milliseconds;

/// The expected versions, each of them right.
enum class Expect : std::uint8_t { any, no_stream, stream_exists, exactly };
constexpr Expect kinds[] = {Expect::any, Expect::no_stream, Expect::stream_exists, Expect::exactly};

/// So many events are copied in, which takes several exchanges.
constexpr std::size_t many = annals::postgres::detail::BulkAppend::fewest_events;

/// Of an append.
struct Shape {
    std::size_t parts;
    std::size_t events_a_part;
};

/// Appends to streams that nobody else writes, so that there can be no conflict.
class Author {
public:
    Author(PostgresEventStore store, Shape shape, std::size_t first_stream = 10'000)
        : store_{std::move(store)}, shape_{shape}, first_stream_{first_stream}, new_stream_{first_stream + 10'000} {
        for (std::size_t part = 0; part < shape_.parts; ++part) {
            Events const events = new_events(1);
            version_ = store_.append(ledger(first_stream_ + part), ExpectedVersion::no_stream(), events).version;
            claims_.add(first_stream_ + part, events, version_);
        }
    }

    /// Answers an unknown outcome with the same events, once.
    void append(Expect kind) {
        std::vector<Events> events;
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        if (kind == Expect::no_stream) {
            new_stream_ += shape_.parts;
        }
        std::size_t const first = kind == Expect::no_stream ? new_stream_ : first_stream_;
        for (std::size_t part = 0; part < shape_.parts; ++part) {
            events.push_back(new_events(shape_.events_a_part));
            commit.push_back({ledger(first + part), expected(kind), events.back()});
        }
        std::vector<annals::AppendResult> results;
        try {
            results = store_.append(commit);
        } catch (annals::AppendOutcomeUnknown const&) {
            results = store_.append(commit);
        } catch (annals::ConcurrencyError const&) {
            ++claims_.conflicts;
            return;
        }
        for (std::size_t part = 0; part < shape_.parts; ++part) {
            claims_.add(first + part, events[part], results[part].version);
        }
        version_ = kind == Expect::no_stream ? version_ : results[0].version;
        written_at_first_ += results[0].already_appended ? 1 : 0;
    }

    [[nodiscard]] Claims const& claims() const noexcept { return claims_; }
    [[nodiscard]] int written_at_first() const noexcept { return written_at_first_; }

private:
    [[nodiscard]] ExpectedVersion expected(Expect kind) const {
        switch (kind) {
        case Expect::any:
            return ExpectedVersion::any();
        case Expect::no_stream:
            return ExpectedVersion::no_stream();
        case Expect::stream_exists:
            return ExpectedVersion::stream_exists();
        case Expect::exactly:
            break;
        }
        return ExpectedVersion::exactly(version_);
    }

    PostgresEventStore store_;
    Shape shape_;
    std::size_t first_stream_; // so high that all names are of one length
    std::size_t new_stream_;
    Version version_;
    Claims claims_;
    int written_at_first_ = 0;
};

/// The places at which an exchange can be cut: before, in and behind the request, and after every byte of the reply. Of
/// a long reply, some bytes and the last ones.
std::vector<Cut> places_of(FaultProxy const& proxy) {
    std::vector<Cut> cuts;
    std::size_t const request = proxy.request_size();
    for (milliseconds const server_side : {milliseconds{0}, milliseconds{50}}) {
        for (std::size_t sixteenth = 0; sixteenth <= 16; ++sixteenth) {
            cuts.push_back({request * sixteenth / 16, Cut::never, server_side});
        }
    }
    std::size_t const reply = proxy.reply_size();
    std::size_t const stride = reply < 1'000 ? 1 : 200;
    for (std::size_t bytes = 0; bytes <= reply; bytes += bytes + stride + 60 < reply ? stride : 1) {
        cuts.push_back({Cut::never, bytes, milliseconds{bytes % 2 * 50}});
    }
    return cuts;
}

} // namespace

TEST_CASE("postgres: a connection cut anywhere in an append leaves its events stored once", "[postgres][lost_commit]") {
    Shape const shape = GENERATE(Shape{1, 1}, Shape{3, 1}, Shape{2, many / 2});
    TestSchema schema;
    FaultProxy proxy{server_port(schema.conninfo())};
    schema.options().pool_size = 1;
    Author author{schema.store("port=" + std::to_string(proxy.port())), shape};
    author.append(Expect::any);
    proxy.arm({});
    author.append(Expect::any);
    std::vector<Cut> const cuts = places_of(proxy);

    std::size_t cut = 0;
    for (int i = 0; i < scaled(static_cast<int>(cuts.size())); ++i, cut = (cut + 37) % cuts.size()) {
        proxy.arm(cuts[cut]);
        author.append(kinds[static_cast<std::size_t>(i) % std::size(kinds)]);
        author.append(Expect::any); // prepares the statements of the new connection, so that all exchanges are alike
    }

    ClaimFindings const findings = compare(author.claims(), schema.rows());
    CHECK(author.claims().conflicts == 0);
    CHECK(findings.lost == 0);
    CHECK(findings.contested == 0);
    CHECK(findings.unclaimed == 0);
    CHECK(findings.disordered == 0);
    CHECK((author.written_at_first() > 0 || is_sanitized));
    std::cout << "lost commits, " << shape.parts << " streams, " << shape.events_a_part
              << " events each: " << proxy.cuts() << " cuts, " << author.written_at_first()
              << " found written by the first try; 0 events twice, refused or lost; fewer than " << 300.0 / proxy.cuts()
              << " % (95 % confidence)\n";
}

TEST_CASE(
    "postgres: a connection cut in an append of several threads leaves the events of each stored once",
    "[postgres][lost_commit]"
) {
    TestSchema schema;
    FaultProxy proxy{server_port(schema.conninfo())};
    schema.options().pool_size = 2;
    PostgresEventStore const store = schema.store("port=" + std::to_string(proxy.port()));
    std::vector<Author> authors;
    for (std::size_t number = 1; number <= 8; ++number) {
        authors.emplace_back(store, Shape{1, 1}, number * 100'000);
    }
    int const rounds = scaled(150);
    std::vector<std::future<void>> running;
    for (Author& author : authors) {
        running.push_back(std::async(std::launch::async, [&author, rounds] {
            for (int round = 0; round < rounds; ++round) {
                author.append(kinds[static_cast<std::size_t>(round) % std::size(kinds)]);
            }
        }));
    }
    // Requests and replies of groups of any size, and of those who append alone afterwards, are cut anywhere.
    for (std::size_t cut = 0; running.front().wait_for(milliseconds{3}) != std::future_status::ready; ++cut) {
        std::size_t const bytes = cut * 37 % 2'000;
        bool const is_request = cut % 3 == 0;
        proxy.arm({is_request ? bytes : Cut::never, is_request ? Cut::never : bytes / 4, milliseconds{cut % 2 * 20}});
    }
    Claims claims;
    int written_at_first = 0;
    for (std::size_t i = 0; i < authors.size(); ++i) {
        running[i].get();
        claims.add(authors[i].claims());
        written_at_first += authors[i].written_at_first();
    }
    check_claims(claims, schema.rows());
    CHECK((written_at_first > 0 || is_sanitized));
    std::cout << "lost commits, 8 threads on 2 connections: " << proxy.cuts() << " cuts, " << written_at_first
              << " found written by the first try\n";
}

TEST_CASE("postgres: an append whose first try still runs waits for it", "[postgres][lost_commit]") {
    TestSchema schema;
    FaultProxy proxy{server_port(schema.conninfo())};
    schema.options().pool_size = 1;
    PostgresEventStore store = schema.store("port=" + std::to_string(proxy.port()));
    Session blocker = schema.session();
    std::string const lock = std::to_string(store.database()->locks().stream(ledger(0)));
    auto const wait_for_waiters = [&](std::string const& count) {
        Session watcher = schema.session();
        while (watcher.run(
                   "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND "
                   "((classid::int8 << 32) | objid::int8) = " +
                   lock
               ) != count) {
            std::this_thread::sleep_for(milliseconds{1});
        }
    };
    store.append(ledger(0), ExpectedVersion::any(), new_events(1));
    proxy.arm({});
    store.append(ledger(0), ExpectedVersion::any(), new_events(1));
    std::size_t const request = proxy.request_size();
    Version version{2};

    for (int i = 0; i < 24; ++i) {
        ExpectedVersion const expected[] = {
            ExpectedVersion::any(), ExpectedVersion::stream_exists(), ExpectedVersion::exactly(version)
        };
        blocker.run("BEGIN; SELECT pg_advisory_xact_lock(" + lock + ")");
        proxy.arm({request, Cut::never, milliseconds{5'000}});
        Events const events = new_events(1);
        auto appended =
            std::async(std::launch::async, [&, i] { return store.append(ledger(0), expected[i % 3], events); });
        wait_for_waiters("2"); // the first try, whose client is gone, and the second
        blocker.run("ROLLBACK");
        auto const result = appended.get();
        version = version.next();
        CHECK(result.already_appended);
        CHECK(result.version == version);
        store.append(ledger(0), ExpectedVersion::any(), new_events(1));
        version = version.next();
    }
    CHECK(schema.rows().size() == static_cast<std::size_t>(version.value()));
}

TEST_CASE("postgres: a client that makes a new event in its retry loop repeats it", "[postgres][lost_commit]") {
    NaiveReport const report = cut_naive_client(false, true);
    CHECK(report.duplicates > 0);
}

TEST_CASE(
    "postgres: a client that makes a new event in its retry loop meets itself as a conflict", "[postgres][lost_commit]"
) {
    NaiveReport const report = cut_naive_client(true, true);
    CHECK(report.false_conflicts > 0);
}

TEST_CASE(
    "postgres: a client that takes a lost connection for a failure denies what it has written",
    "[postgres][lost_commit]"
) {
    NaiveReport const report = cut_naive_client(false, false);
    CHECK(report.denied > 0);
}
