// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_CLIENT_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_CLIENT_HPP

#include <annals/event_id.hpp>
#include <annals/timestamp.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <endian.h>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// libpq by hand, as somebody would use it who needs speed and no library: blocking calls, prepared statements, binary
// parameters and results.

namespace annals_benchmark {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

struct FinishConnection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};

/// A value under construction in PostgreSQL's binary form.
class Binary {
public:
    void int16(std::uint16_t value) { raw(htobe16(value)); }
    void int32(std::uint32_t value) { raw(htobe32(value)); }
    void int64(std::uint64_t value) { raw(htobe64(value)); }
    void int64(annals::Timestamp time) {
        constexpr annals::Timestamp epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
        int64(static_cast<std::uint64_t>((time - epoch).count()));
    }
    void bytes(std::string_view value) { bytes_.append(value); }
    void bytes(annals::EventId const& id) {
        char copy[16];
        std::copy(id.begin(), id.end(), copy);
        bytes_.append(copy, sizeof copy);
    }
    /// With its length in front, as in an array or a row.
    template <class Value>
    void sized_bytes(Value const& value) {
        int32(static_cast<std::uint32_t>(value.size()));
        bytes(value);
    }

    /// The front of an array of one dimension without nulls; its elements follow, each with its length in front.
    void array(std::uint32_t element_type, std::size_t count) {
        for (std::uint32_t const word : {1U, 0U, element_type, static_cast<std::uint32_t>(count), 1U}) {
            int32(word);
        }
    }

    void clear() noexcept { bytes_.clear(); }
    [[nodiscard]] std::string const& text() const noexcept { return bytes_; }

private:
    template <class Integer>
    void raw(Integer big_endian) {
        char copy[sizeof big_endian];
        std::memcpy(copy, &big_endian, sizeof copy);
        bytes_.append(copy, sizeof copy);
    }

    std::string bytes_;
};

[[nodiscard]] inline std::int64_t int64_at(PGresult const* result, int row, int column) {
    std::uint64_t value = 0;
    std::memcpy(&value, PQgetvalue(result, row, column), sizeof value);
    return static_cast<std::int64_t>(be64toh(value));
}

[[nodiscard]] inline std::int32_t int32_at(PGresult const* result, int row, int column) {
    std::uint32_t value = 0;
    std::memcpy(&value, PQgetvalue(result, row, column), sizeof value);
    return static_cast<std::int32_t>(be32toh(value));
}

[[nodiscard]] inline std::string_view text_at(PGresult const* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

class Client {
public:
    explicit Client(std::string const& conninfo) : connection_{PQconnectdb(conninfo.c_str())} {
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            fail("connecting");
        }
        PQsetNoticeProcessor(connection_.get(), [](void*, char const*) {}, nullptr);
        // What the library sets for its sessions as well.
        run("SET synchronous_commit = on");
        run("SET plan_cache_mode = force_generic_plan");
    }

    /// Runs statements without parameters. @returns the result of the last one
    ResultPtr run(std::string const& sql) {
        ResultPtr result{PQexec(connection_.get(), sql.c_str())};
        return checked(std::move(result), sql);
    }

    void prepare(std::string const& name, std::string const& sql) {
        static_cast<void>(checked(ResultPtr{PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr)}, sql));
    }

    [[nodiscard]] ResultPtr run_prepared(std::string const& name, std::vector<std::string_view> const& parameters) {
        send_prepared(name, parameters);
        ResultPtr result = receive();
        while (ResultPtr const rest = ResultPtr{PQgetResult(connection_.get())}) {
        }
        return checked(std::move(result), name);
    }

    void send_prepared(std::string const& name, std::vector<std::string_view> const& parameters) {
        values_.clear();
        lengths_.clear();
        for (std::string_view const value : parameters) {
            values_.push_back(value.data());
            lengths_.push_back(static_cast<int>(value.size()));
        }
        formats_.assign(values_.size(), 1);
        int const count = static_cast<int>(values_.size());
        if (PQsendQueryPrepared(
                connection_.get(), name.c_str(), count, values_.data(), lengths_.data(), formats_.data(), 1
            ) != 1) {
            fail(name);
        }
    }

    [[nodiscard]] ResultPtr receive() { return ResultPtr{PQgetResult(connection_.get())}; }

    [[nodiscard]] ResultPtr checked(ResultPtr result, std::string const& doing) const {
        ExecStatusType const status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN &&
            status != PGRES_PIPELINE_SYNC) {
            fail(doing);
        }
        return result;
    }

    [[noreturn]] void fail(std::string const& doing) const {
        throw std::runtime_error{doing + ": " + PQerrorMessage(connection_.get())};
    }
    [[nodiscard]] PGconn* handle() const noexcept { return connection_.get(); }

private:
    std::unique_ptr<PGconn, FinishConnection> connection_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_CLIENT_HPP
