// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_PIPELINE_HPP
#define ANNALS_POSTGRES_DETAIL_PIPELINE_HPP

#include <annals/postgres/detail/call.hpp>
#include <annals/postgres/detail/link.hpp>
#include <annals/postgres/detail/result.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// Sends several statements in one go and takes their answers: one round trip.
class Pipeline {
public:
    /// @param prepares  whether statements are prepared, once each, under a name; a transaction pooler forbids it
    Pipeline(Link& link, bool prepares) : link_{link}, prepares_{prepares} {}

    /// Keeps a call for the next run, which drops what is answered to it. In a transaction: it may be sent before.
    void queue(Call call) {
        for (auto const& value : call.parameters.values()) {
            queued_bytes_ += value ? value->size() : 0;
        }
        call.sql = named(call.sql).first; // it may be gone when the call is sent
        queue_.push_back(std::move(call));
        if (queue_.size() == sent_together) {
            send_all({}); // so that the server has something to do meanwhile
        }
    }

    /// Whether there is something that `run` has to see to.
    [[nodiscard]] bool has_queue() const noexcept { return !queue_.empty() || !steps_.empty(); }
    /// Whether it should not wait any longer.
    [[nodiscard]] bool is_queue_full() const noexcept {
        return queue_.size() + steps_.size() >= most_queued || queued_bytes_ >= most_queued_bytes;
    }

    /// Forgets what is queued, and what the server says to those that were sent.
    void forget_queue(Deadline const& deadline) {
        queue_.clear();
        if (!steps_.empty()) {
            receive(deadline);
        }
        error_.reset();
    }

    /// @throws PostgresError   if the server refuses one, queued ones included; those behind it were not run
    /// @throws ConnectionLost  if the connection dies before the last answer
    std::vector<Result> run(std::span<Call const> calls, Deadline const& deadline) {
        send_all(calls);
        std::vector<Result> results = receive(deadline);
        if (error_) {
            throw *std::exchange(error_, std::nullopt);
        }
        return results;
    }

    /// Throws what the server's answer says, if it is an error.
    void require_success(Result const& result) {
        if (result.status() != PGRES_TUPLES_OK && result.status() != PGRES_COMMAND_OK) {
            take_error(result);
            throw *std::exchange(error_, std::nullopt);
        }
    }

private:
    static constexpr std::size_t sent_together = 64;
    static constexpr std::size_t most_queued = 1'000;
    static constexpr std::size_t most_queued_bytes = std::size_t{1} << 20U;

    /// Something that was sent and will be answered.
    struct Step {
        enum class Kind : std::uint8_t { preparation, call, queued_call, end } kind;
        std::string_view sql{};
    };

    /// Sends what is queued, and `calls`. What is behind the first that is refused, up to the end, is skipped.
    void send_all(std::span<Call const> calls) {
        if (PQenterPipelineMode(link_.get()) != 1) {
            link_.lose("it is not ready for a statement");
        }
        for (Call const& call : queue_) {
            send(call, Step::Kind::queued_call);
        }
        queue_.clear();
        for (Call const& call : calls) {
            send(call, Step::Kind::call);
        }
        if (PQpipelineSync(link_.get()) != 1) {
            link_.lose();
        }
        steps_.push_back({Step::Kind::end});
    }

    void send(Call const& call, Step::Kind kind) {
        auto const& parameters = call.parameters.values();
        values_.clear();
        lengths_.clear();
        for (auto const& value : parameters) {
            values_.push_back(value ? value->c_str() : nullptr);
            lengths_.push_back(value ? static_cast<int>(value->size()) : 0);
        }
        int const format = static_cast<int>(call.format);
        formats_.assign(parameters.size(), format);
        int const count = static_cast<int>(parameters.size());
        int const sent =
            prepares_
                ? PQsendQueryPrepared(
                      link_.get(), name_of(call.sql), count, values_.data(), lengths_.data(), formats_.data(), format
                  )
                : PQsendQueryParams(
                      link_.get(),
                      std::string{call.sql}.c_str(),
                      count,
                      nullptr,
                      values_.data(),
                      lengths_.data(),
                      formats_.data(),
                      format
                  );
        if (sent != 1) {
            link_.lose();
        }
        steps_.push_back({kind, call.sql});
    }

    /// The text of a statement, and its name, which is empty as long as it is not prepared.
    [[nodiscard]] std::pair<std::string const, std::string>& named(std::string_view sql) {
        auto const found = names_.find(sql);
        return found != names_.end() ? *found : *names_.emplace(sql, std::string{}).first;
    }

    /// Of the prepared statement; it is prepared now if it was not before.
    [[nodiscard]] char const* name_of(std::string_view sql) {
        auto& [text, name] = named(sql);
        if (name.empty()) {
            name = "annals_" + std::to_string(++prepared_);
            if (PQsendPrepare(link_.get(), name.c_str(), text.c_str(), 0, nullptr) != 1) {
                link_.lose();
            }
            steps_.push_back({Step::Kind::preparation, text});
        }
        return name.c_str();
    }

    std::vector<Result> receive(Deadline const& deadline) {
        std::vector<Result> results;
        for (std::size_t answered = 0; answered < steps_.size();) {
            link_.wait_for_result(deadline);
            Result result{PQgetResult(link_.get())};
            if (result.get() == nullptr) {
                if (PQstatus(link_.get()) != CONNECTION_OK) {
                    link_.lose();
                }
                continue; // the end of one step's results
            }
            switch (result.status()) {
            case PGRES_PIPELINE_SYNC:
                forget_skipped(answered);
                ++answered;
                break;
            case PGRES_TUPLES_OK:
            case PGRES_COMMAND_OK:
                if (steps_[answered++].kind == Step::Kind::call) {
                    results.push_back(std::move(result));
                }
                break;
            case PGRES_PIPELINE_ABORTED:
                break;
            default:
                take_error(result, queued_sql_at(answered));
            }
        }
        PQexitPipelineMode(link_.get());
        steps_.clear();
        queued_bytes_ = 0;
        return results;
    }

    /// The statement at that step, or that is prepared there, if it was queued.
    [[nodiscard]] std::string_view queued_sql_at(std::size_t at) const {
        Step const& step = steps_[steps_[at].kind == Step::Kind::preparation ? at + 1 : at];
        return step.kind == Step::Kind::queued_call ? step.sql : std::string_view{};
    }

    void take_error(Result const& result, std::string_view queued_sql = {}) {
        std::string const sqlstate{result.field(PG_DIAG_SQLSTATE)};
        if (result.field(PG_DIAG_SEVERITY_NONLOCALIZED) != "ERROR") {
            // FATAL and PANIC end the session, and libpq makes an error without a severity when it is gone.
            error_.reset();
            link_.lose(sqlstate.empty() ? PQerrorMessage(link_.get()) : meaning_of(sqlstate).text, sqlstate);
        }
        if (!error_) {
            error_.emplace(
                sqlstate,
                std::string{result.field(PG_DIAG_MESSAGE_PRIMARY)},
                std::string{result.field(PG_DIAG_CONSTRAINT_NAME)},
                std::string{queued_sql}
            );
        }
    }

    /// The server skips what follows an error, preparations too.
    void forget_skipped(std::size_t& answered) {
        for (; steps_[answered].kind != Step::Kind::end; ++answered) {
            if (steps_[answered].kind == Step::Kind::preparation) {
                named(steps_[answered].sql).second.clear();
            }
        }
    }

    Link& link_;
    bool prepares_;
    std::vector<Call> queue_;
    std::size_t queued_bytes_ = 0;
    std::map<std::string, std::string, std::less<>> names_; ///< of prepared statements, by their texts
    std::size_t prepared_ = 0;
    std::vector<Step> steps_;
    std::optional<PostgresError> error_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_PIPELINE_HPP
