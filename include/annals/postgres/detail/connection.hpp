// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CONNECTION_HPP
#define ANNALS_POSTGRES_DETAIL_CONNECTION_HPP

#include <annals/postgres/detail/conninfo.hpp>
#include <annals/postgres/detail/pipeline.hpp>
#include <annals/postgres/detail/session_settings.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// One connection. No call blocks beyond its deadline. One thread at a time.
class Connection {
public:
    /// @throws ConnectionLost  if there is no connection to be had
    Connection(Conninfo const& conninfo, Options const& options, Deadline const& deadline)
        : link_{conninfo.connect(deadline)}, pipeline_{link_, !options.transaction_pooler}, settings_{options},
          is_pooled_{options.transaction_pooler} {
        PQsetNoticeReceiver(link_.get(), &Connection::receive_notice, this);
        if (!is_pooled_) {
            Call const settings = settings_.call(Scope::session);
            run(std::span{&settings, 1}, deadline);
        }
    }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection() = default;

    /// Sends all calls in one go, as one transaction unless one is open, and waits for their results: one round trip.
    ///
    /// @throws PostgresError   if the server refuses one; nothing of them remains
    /// @throws ConnectionLost  if the connection dies before the last answer; what was done is not known
    std::vector<Result> run(std::span<Call const> calls, Deadline const& deadline) {
        saw_warning_ = false;
        bool const is_alone = is_pooled_ && !is_in_transaction() && !pipeline_.has_queue();
        return is_alone ? run_as_transaction(calls, deadline) : pipeline_.run(calls, deadline);
    }

    /// The same for one call.
    Result run(std::string_view sql, Parameters parameters, Deadline const& deadline) {
        Call const call{sql, std::move(parameters)};
        return std::move(run(std::span{&call, 1}, deadline).front());
    }

    /// Keeps a call for the next `run`, which sends it ahead of its own and drops what is answered to it. There is an
    /// end to what is kept: then it is sent now. In a transaction.
    void queue(Call call, Deadline const& deadline) {
        pipeline_.queue(std::move(call));
        if (pipeline_.is_queue_full()) {
            flush(deadline);
        }
    }

    /// Sends what is queued, and waits until it is done. @throws as `run`
    void flush(Deadline const& deadline) {
        if (pipeline_.has_queue()) {
            run({}, deadline);
        }
    }

    /// Begins a transaction with the next `run`.
    void begin() {
        pipeline_.queue({"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", {}});
        if (is_pooled_) {
            // Each transaction may meet another session, so it brings its settings along.
            pipeline_.queue(settings_.call(Scope::transaction));
        }
    }

    /// Feeds rows to a COPY FROM STDIN. @returns whether all of them were stored
    [[nodiscard]] bool
    copy_in(std::string const& sql, std::string_view rows, std::size_t count, Deadline const& deadline) {
        constexpr std::size_t chunk = std::size_t{1} << 20U;
        if (PQsendQuery(link_.get(), sql.c_str()) != 1) {
            link_.lose();
        }
        if (Result const begun = next_result(deadline); begun.status() != PGRES_COPY_IN) {
            pipeline_.require_success(begun);
        }
        while (!rows.empty()) {
            std::string_view const part = rows.substr(0, chunk);
            // 0 says that it would block.
            while (PQputCopyData(link_.get(), part.data(), static_cast<int>(part.size())) == 0) {
                link_.wait_until_sent(deadline);
            }
            rows.remove_prefix(part.size());
        }
        while (PQputCopyEnd(link_.get(), nullptr) == 0) {
            link_.wait_until_sent(deadline);
        }
        Result const done = next_result(deadline);
        while (next_result(deadline).get() != nullptr) {
        }
        pipeline_.require_success(done);
        return std::string_view{PQcmdTuples(done.get())} == std::to_string(count);
    }

    /// Commits the open transaction.
    /// @throws StoreError  if the server rolled back instead, as it answers to COMMIT after a failure, without an error
    void commit(Deadline const& deadline) {
        flush(deadline); // apart, so that no other statement's warning is taken for the commit's
        saw_warning_ = false;
        Call const call{"COMMIT", {}};
        require_committed(pipeline_.run(std::span{&call, 1}, deadline).front());
    }

    /// Ends the open transaction without it, if there is one.
    void roll_back(Deadline const& deadline) {
        pipeline_.forget_queue(deadline);
        if (is_in_transaction()) {
            Call const call{"ROLLBACK", {}};
            pipeline_.run(std::span{&call, 1}, deadline);
        }
    }

    /// Whether the server has warned during the last run, as when the wait for a standby's answer was cancelled.
    [[nodiscard]] bool saw_warning() const noexcept { return saw_warning_; }

    [[nodiscard]] bool is_in_transaction() const {
        auto const status = PQtransactionStatus(link_.get());
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
    }

    /// Whether it is in no transaction and in the middle of nothing.
    [[nodiscard]] bool is_idle() const {
        return link_.get() != nullptr && PQstatus(link_.get()) == CONNECTION_OK &&
               PQtransactionStatus(link_.get()) == PQTRANS_IDLE && PQpipelineStatus(link_.get()) == PQ_PIPELINE_OFF;
    }

    /// Whether it can be given to the next user: idle, alive, and the server has sent nothing unasked.
    [[nodiscard]] bool is_clean() const {
        // A server that went away has closed the socket, which then is readable.
        return is_idle() && !is_retired_ && !link_.is_readable_before(Deadline{std::chrono::milliseconds{0}});
    }

    /// Not to be given to another user, though nothing seems wrong with it.
    void retire() noexcept { is_retired_ = true; }

    [[nodiscard]] std::chrono::steady_clock::time_point made_at() const noexcept { return made_at_; }
    [[nodiscard]] Link& link() noexcept { return link_; }

private:
    std::vector<Result> run_as_transaction(std::span<Call const> calls, Deadline const& deadline) {
        std::vector<Call> all{calls.begin(), calls.end()};
        all.push_back({"COMMIT", {}});
        begin();
        try {
            std::vector<Result> results = pipeline_.run(all, deadline);
            require_committed(results.back());
            results.pop_back();
            return results;
        } catch (PostgresError const&) {
            roll_back(deadline);
            throw;
        }
    }

    [[nodiscard]] Result next_result(Deadline const& deadline) {
        link_.wait_for_result(deadline);
        return Result{PQgetResult(link_.get())};
    }

    static void require_committed(Result const& answer) {
        if (std::string_view{PQcmdStatus(answer.get())} != "COMMIT") {
            throw StoreError{"annals: PostgreSQL rolled the transaction back", "40000", true};
        }
    }

    static void receive_notice(void* self, PGresult const* notice) {
        char const* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view{severity} == "WARNING") {
            static_cast<Connection*>(self)->saw_warning_ = true;
        }
    }

    Link link_;
    Pipeline pipeline_;
    SessionSettings settings_;
    bool is_pooled_;
    bool saw_warning_ = false;
    bool is_retired_ = false;
    std::chrono::steady_clock::time_point made_at_ = std::chrono::steady_clock::now();
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CONNECTION_HPP
