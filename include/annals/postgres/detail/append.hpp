// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_APPEND_HPP
#define ANNALS_POSTGRES_DETAIL_APPEND_HPP

#include <annals/postgres/detail/bulk_append.hpp>
#include <annals/postgres/detail/open_transaction.hpp>
#include <annals/postgres/detail/verdict.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// One append, from the first try to the verdict.
class Append {
public:
    Append(Database& database, Commit commit) : Append{database, commit, database.deadline()} {}

    /// @param may_be_written  whether an earlier try has ended without an answer
    Append(Database& database, Commit commit, Deadline const& until, bool may_be_written = false)
        : database_{database}, commit_{commit}, until_{until}, verdict_{database, commit, until_},
          may_be_written_{may_be_written} {}

    /// As a transaction of its own, sent again after failures that a repetition may mend.
    [[nodiscard]] std::vector<AppendResult> run() {
        try {
            return database_.repeatable(until_, [this](Connection& connection) { return try_on(connection); });
        } catch (StoreError const& error) {
            throw_unknown_if_sent(error);
            throw;
        } catch (DeadlineExceeded const& error) {
            throw_unknown_if_sent(error);
            throw;
        }
    }

    /// Within the open transaction, which can go on whatever the verdict.
    [[nodiscard]] std::vector<AppendResult> run_in(Connection& connection) {
        AppendCalls const append{database_, commit_};
        std::vector<Call> calls{
            {"SAVEPOINT annals_append", {}},
            {database_.sql().is_read_committed, {}},
            append.lock_and_announce(),
            append.insert(),
        };
        append.add_notification(calls);
        calls.push_back({"RELEASE SAVEPOINT annals_append", {}});
        std::vector<Result> answers;
        try {
            answers = connection.run(calls, until_);
        } catch (PostgresError const& error) {
            if (!error.queued_sql().empty()) {
                throw; // it has not come to the savepoint
            }
            connection.run("ROLLBACK TO SAVEPOINT annals_append", {}, until_);
            return confirmed(connection, verdict_.of(connection, error));
        }
        if (!answers[1].boolean(0, 0)) {
            throw UsageError{"annals: appending needs a transaction of isolation level READ COMMITTED"};
        }
        return confirmed(connection, verdict(connection, append, answers[3]));
    }

    /// As a transaction of its own, once, without waiting for what others hold for long.
    /// @returns nothing if a stream is not as expected
    /// @throws Error  then nothing was written, unless it `may_be_written`
    [[nodiscard]] std::vector<AppendResult> run_if_nothing_is_in_the_way() {
        auto const connection = database_.pool().borrow(until_);
        AppendCalls const append{database_, commit_};
        std::vector<Call> calls{{database_.sql().wait_briefly, {}}, append.lock_and_announce(), append.insert()};
        append.add_notification(calls);
        std::vector<Result> answers;
        decide(*connection, [&] { answers = connection->run(calls, until_); });
        return verdict_.if_as_expected(answers[2]);
    }

    [[nodiscard]] bool may_be_written() const noexcept { return may_be_written_; }

private:
    [[nodiscard]] std::vector<AppendResult> try_on(Connection& connection) {
        BulkAppend bulk{database_, commit_, until_};
        std::vector<AppendResult> results;
        try {
            results = bulk.is_worth_it() ? try_bulk(connection, bulk) : try_pipeline(connection);
        } catch (PostgresError const& error) {
            results = verdict_.of(connection, error);
        }
        decide(connection, [&] { results = confirmed(connection, std::move(results)); });
        return results;
    }

    /// What an earlier try has written may be on this server alone, if its wait for the standby was cut short. So a
    /// repetition waits for the standby in its turn.
    [[nodiscard]] std::vector<AppendResult> confirmed(Connection& connection, std::vector<AppendResult> results) const {
        if (!results.empty() && results.front().already_appended) {
            connection.run(database_.sql().touch, {}, until_);
        }
        return results;
    }

    [[nodiscard]] std::vector<AppendResult> try_pipeline(Connection& connection) {
        AppendCalls const append{database_, commit_};
        std::vector<Call> calls{append.lock_and_announce(), append.insert()};
        append.add_notification(calls);
        std::vector<Result> answers;
        decide(connection, [&] { answers = connection.run(calls, until_); });
        return verdict(connection, append, answers[1]);
    }

    [[nodiscard]] std::vector<AppendResult>
    verdict(Connection& connection, AppendCalls const& append, Result const& answer) const {
        return append.is_to_one() ? verdict_.of_one(connection, answer) : verdict_.of(connection, answer);
    }

    [[nodiscard]] std::vector<AppendResult> try_bulk(Connection& connection, BulkAppend& bulk) {
        OpenTransaction const transaction{connection, until_};
        auto results = verdict_.of(connection, bulk.begin(connection));
        if (!results.front().already_appended) {
            bulk.copy(connection, results);
            decide(connection, [&] { connection.commit(until_); });
        }
        return results;
    }

    /// Does what commits. If no answer comes, the outcome is not known.
    template <class Work>
    void decide(Connection& connection, Work&& work) {
        try {
            work();
        } catch (ConnectionLost const&) {
            may_be_written_ = true;
            throw;
        }
        if (connection.saw_warning()) {
            // The wait for a standby was cancelled: committed here, but perhaps not where it was to be safe.
            may_be_written_ = true;
            throw unknown("the server warned while it committed");
        }
    }

    void throw_unknown_if_sent(Error const& error) const {
        if (may_be_written_) {
            throw unknown(error.what());
        }
    }

    [[nodiscard]] AppendOutcomeUnknown unknown(std::string const& reason) const {
        return AppendOutcomeUnknown{reason, ids_of(commit_)};
    }

    Database& database_;
    Commit commit_;
    Deadline until_;
    Verdict verdict_;
    bool may_be_written_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_APPEND_HPP
