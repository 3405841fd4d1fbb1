// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CONNECTION_HPP
#define ANNALS_POSTGRES_DETAIL_CONNECTION_HPP

#include <annals/postgres/detail/deadline.hpp>
#include <annals/postgres/detail/result.hpp>
#include <annals/postgres/error.hpp>
#include <annals/postgres/options.hpp>

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// A statement and the values for its parameters.
struct Call {
    std::string sql;
    Parameters parameters;
};

/// One connection. No call blocks beyond its deadline: all goes through libpq's non-blocking functions and `poll`,
/// for no timeout of the server or of a socket helps when the server's process is stopped. One thread at a time.
class Connection {
public:
    /// @throws ConnectionLost, DeadlineExceeded  if there is no connection to be had; never showing `conninfo`
    Connection(std::string const& conninfo, Options const& options, Deadline const& deadline) {
        open(conninfo, deadline);
        PQsetNoticeReceiver(connection_.get(), &Connection::receive_notice, this);
        PQsetnonblocking(connection_.get(), 1);
        configure(options, deadline);
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
        if (PQenterPipelineMode(connection_.get()) != 1) {
            lose("it is not ready for a statement");
        }
        std::vector<Step> steps;
        for (Call const& call : calls) {
            send(call, steps);
        }
        if (PQpipelineSync(connection_.get()) != 1) {
            lose();
        }
        std::vector<Result> results = receive(steps, deadline);
        PQexitPipelineMode(connection_.get());
        return results;
    }

    /// The same for one call.
    Result run(std::string const& sql, Parameters parameters, Deadline const& deadline) {
        Call const call{sql, std::move(parameters)};
        return std::move(run(std::span{&call, 1}, deadline).front());
    }

    /// Commits the open transaction.
    /// @throws StoreError  if the server rolled back instead, as it answers to COMMIT after a failure, without an error
    void commit(Deadline const& deadline) {
        Result const done = run("COMMIT", {}, deadline);
        if (std::string_view{PQcmdStatus(done.get())} != "COMMIT") {
            throw StoreError{"annals: PostgreSQL rolled the transaction back", "40000", true};
        }
    }

    /// Whether the server has warned during the last run, as when the wait for a standby's answer was cancelled.
    [[nodiscard]] bool saw_warning() const noexcept { return saw_warning_; }

    /// Whether it can be given to the next user: alive, in no transaction, and the server has sent nothing unasked.
    [[nodiscard]] bool is_clean() const {
        if (PQstatus(connection_.get()) != CONNECTION_OK || PQtransactionStatus(connection_.get()) != PQTRANS_IDLE ||
            PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) {
            return false;
        }
        // A server that went away has closed the socket, which then is readable.
        ::pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
        return ::poll(&socket, 1, 0) == 0;
    }

    [[nodiscard]] std::chrono::steady_clock::time_point made_at() const noexcept { return made_at_; }
    [[nodiscard]] PGconn* handle() const noexcept { return connection_.get(); }

private:
    struct Finish {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };

    void open(std::string const& conninfo, Deadline const& deadline) {
        // What stands first can be overridden by the connection string.
        char const* const keys[] = {"client_encoding", "tcp_user_timeout", "fallback_application_name", "dbname", nullptr};
        char const* const values[] = {"UTF8", "10000", "annals", conninfo.c_str(), nullptr};
        connection_.reset(PQconnectStartParams(keys, values, 1));
        if (!connection_) {
            throw std::bad_alloc{};
        }
        auto state = PGRES_POLLING_WRITING;
        while (state != PGRES_POLLING_OK) {
            if (PQstatus(connection_.get()) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
                lose();
            }
            wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, "connecting");
            state = PQconnectPoll(connection_.get());
        }
    }

    void configure(Options const& options, Deadline const& deadline) {
        // remote_apply is stronger than on; everything weaker loses acknowledged events when the server dies.
        static std::string const settings =
            "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') "
            "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false), "
            "set_config('default_transaction_isolation', 'read committed', false), "
            "set_config('search_path', 'pg_catalog', false), "
            "set_config('plan_cache_mode', 'force_generic_plan', false), "
            "set_config('idle_in_transaction_session_timeout', '10000', false), "
            "set_config('lock_timeout', $1::text, false), set_config('statement_timeout', $2::text, false)";
        Parameters parameters;
        parameters.add(std::string_view{std::to_string(options.lock_timeout.count())});
        parameters.add(std::string_view{std::to_string(options.deadline.count())});
        run(settings, std::move(parameters), deadline);
    }

    /// Something that was sent and will be answered.
    struct Step {
        bool is_preparation;
        std::string const* sql;
    };

    void send(Call const& call, std::vector<Step>& steps) {
        auto found = prepared_.find(call.sql);
        if (found == prepared_.end()) {
            found = prepared_.emplace(call.sql, "annals_" + std::to_string(++names_)).first;
            if (PQsendPrepare(connection_.get(), found->second.c_str(), call.sql.c_str(), 0, nullptr) != 1) {
                lose();
            }
            steps.push_back({true, &found->first});
        }
        auto const& parameters = call.parameters.values();
        std::vector<char const*> values;
        std::vector<int> lengths;
        for (std::string const& value : parameters) {
            values.push_back(value.data());
            lengths.push_back(static_cast<int>(value.size()));
        }
        std::vector<int> const formats(values.size(), 1);
        int const count = static_cast<int>(values.size());
        if (PQsendQueryPrepared(
                connection_.get(), found->second.c_str(), count, values.data(), lengths.data(), formats.data(), 1
            ) != 1) {
            lose();
        }
        steps.push_back({false, &found->first});
    }

    [[nodiscard]] std::vector<Result> receive(std::vector<Step> const& steps, Deadline const& deadline) {
        std::vector<Result> results;
        std::optional<PostgresError> error;
        std::size_t answered = 0;
        while (true) {
            while (PQflush(connection_.get()) == 1 || PQisBusy(connection_.get()) == 1) {
                short const events = PQflush(connection_.get()) == 1 ? POLLIN | POLLOUT : POLLIN;
                wait(events, deadline, "waiting for an answer");
                if (PQconsumeInput(connection_.get()) != 1) {
                    lose();
                }
            }
            Result result{PQgetResult(connection_.get())};
            if (result.get() == nullptr) {
                if (PQstatus(connection_.get()) != CONNECTION_OK) {
                    lose();
                }
                continue;
            }
            switch (result.status()) {
            case PGRES_PIPELINE_SYNC:
                if (error) {
                    forget_preparations(steps, answered);
                    PQexitPipelineMode(connection_.get());
                    throw *error;
                }
                return results;
            case PGRES_TUPLES_OK:
            case PGRES_COMMAND_OK:
                if (!steps[answered++].is_preparation) {
                    results.push_back(std::move(result));
                }
                break;
            case PGRES_PIPELINE_ABORTED:
                break;
            default:
                take_error(result, error);
            }
        }
    }

    void take_error(Result const& result, std::optional<PostgresError>& error) {
        std::string const sqlstate{result.field(PG_DIAG_SQLSTATE)};
        std::string_view const severity = result.field(PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != "ERROR") {
            // FATAL and PANIC end the session, and libpq makes an error without a severity when it is gone.
            lose(sqlstate.empty() ? PQerrorMessage(connection_.get()) : detail::meaning_of(sqlstate).text, sqlstate);
        }
        if (!error) {
            error.emplace(
                sqlstate, std::string{result.field(PG_DIAG_MESSAGE_PRIMARY)},
                std::string{result.field(PG_DIAG_CONSTRAINT_NAME)}
            );
        }
    }

    /// The server skips what follows an error, preparations too.
    void forget_preparations(std::vector<Step> const& steps, std::size_t answered) {
        for (; answered < steps.size(); ++answered) {
            if (steps[answered].is_preparation) {
                prepared_.erase(*steps[answered].sql);
            }
        }
    }

    void wait(int events, Deadline const& deadline, char const* doing) {
        while (true) {
            ::pollfd socket{PQsocket(connection_.get()), static_cast<short>(events), 0};
            int const ready = ::poll(&socket, 1, deadline.milliseconds_left());
            if (ready > 0) {
                return;
            }
            if (ready < 0 && errno != EINTR) {
                lose("poll failed");
            }
            if (deadline.is_over()) {
                lose(std::string{"no answer in the time allowed, while "} + doing);
            }
        }
    }

    [[noreturn]] void lose() { lose(PQerrorMessage(connection_.get())); }
    [[noreturn]] void lose(std::string_view reason, std::string sqlstate = {}) {
        std::string const text{reason.substr(0, reason.find('\n'))};
        connection_.reset();
        throw ConnectionLost{text, sqlstate.empty() ? "08006" : std::move(sqlstate)};
    }

    static void receive_notice(void* self, PGresult const* notice) {
        char const* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view{severity} == "WARNING") {
            static_cast<Connection*>(self)->saw_warning_ = true;
        }
    }

    std::unique_ptr<PGconn, Finish> connection_;
    std::map<std::string, std::string, std::less<>> prepared_;
    std::chrono::steady_clock::time_point made_at_ = std::chrono::steady_clock::now();
    std::size_t names_ = 0;
    bool saw_warning_ = false;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CONNECTION_HPP
