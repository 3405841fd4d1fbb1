// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_PIPELINE_HPP
#define ANNALS_POSTGRES_DETAIL_PIPELINE_HPP

#include <annals/postgres/detail/call.hpp>
#include <annals/postgres/detail/link.hpp>
#include <annals/postgres/detail/result.hpp>

#include <cstddef>
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

    /// @throws PostgresError   if the server refuses one; those behind it were not run
    /// @throws ConnectionLost  if the connection dies before the last answer
    std::vector<Result> run(std::span<Call const> calls, Deadline const& deadline) {
        if (PQenterPipelineMode(link_.get()) != 1) {
            link_.lose("it is not ready for a statement");
        }
        steps_.clear();
        for (Call const& call : calls) {
            send(call);
        }
        if (PQpipelineSync(link_.get()) != 1) {
            link_.lose();
        }
        std::vector<Result> results = receive(deadline);
        PQexitPipelineMode(link_.get());
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
    /// Something that was sent and will be answered.
    struct Step {
        bool is_preparation;
        std::string_view sql;
    };

    void send(Call const& call) {
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
        steps_.push_back({false, call.sql});
    }

    /// Of the prepared statement; it is prepared now if it was not before.
    [[nodiscard]] char const* name_of(std::string_view sql) {
        auto found = prepared_.find(sql);
        if (found == prepared_.end()) {
            found = prepared_.emplace(sql, "annals_" + std::to_string(++names_)).first;
            if (PQsendPrepare(link_.get(), found->second.c_str(), found->first.c_str(), 0, nullptr) != 1) {
                link_.lose();
            }
            steps_.push_back({true, sql});
        }
        return found->second.c_str();
    }

    [[nodiscard]] std::vector<Result> receive(Deadline const& deadline) {
        std::vector<Result> results;
        std::size_t answered = 0;
        while (true) {
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
                forget_preparations(answered);
                return results;
            case PGRES_TUPLES_OK:
            case PGRES_COMMAND_OK:
                if (!steps_[answered++].is_preparation) {
                    results.push_back(std::move(result));
                }
                break;
            case PGRES_PIPELINE_ABORTED:
                break;
            default:
                take_error(result);
            }
        }
    }

    void take_error(Result const& result) {
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
                std::string{result.field(PG_DIAG_CONSTRAINT_NAME)}
            );
        }
    }

    /// The server skips what follows an error, preparations too.
    void forget_preparations(std::size_t answered) {
        for (; answered < steps_.size(); ++answered) {
            if (steps_[answered].is_preparation) {
                prepared_.erase(prepared_.find(steps_[answered].sql));
            }
        }
    }

    Link& link_;
    bool prepares_;
    std::map<std::string, std::string, std::less<>> prepared_;
    std::size_t names_ = 0;
    std::vector<Step> steps_;
    std::optional<PostgresError> error_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_PIPELINE_HPP
