// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_LINK_HPP
#define ANNALS_POSTGRES_DETAIL_LINK_HPP

#include <annals/postgres/detail/deadline.hpp>
#include <annals/postgres/error.hpp>

#include <cerrno>
#include <cstddef>
#include <libpq-fe.h>
#include <memory>
#include <new>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace annals::postgres::detail {

/// libpq's connection, which never blocks: it is followed with `poll` until a deadline. No timeout of the server or
/// of a socket helps when the server's process is stopped.
class Link {
public:
    /// Begins to connect; `connect` goes on.
    Link(char const* const* keys, char const* const* values) : connection_{PQconnectStartParams(keys, values, 1)} {
        if (!connection_) {
            throw std::bad_alloc{};
        }
        // libpq prints them to the standard error unless told otherwise.
        PQsetNoticeReceiver(get(), [](void*, PGresult const*) {}, nullptr);
    }

    /// @throws ConnectionLost  with the server's SQLSTATE if it has given one
    void connect(Deadline const& deadline) {
        // So that the message carries the SQLSTATE, which libpq shows nowhere else while it connects.
        PQsetErrorVerbosity(get(), PQERRORS_VERBOSE);
        auto state = PGRES_POLLING_WRITING;
        while (state != PGRES_POLLING_OK) {
            if (PQstatus(get()) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
                lose_while_connecting();
            }
            wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
            state = PQconnectPoll(get());
        }
        PQsetErrorVerbosity(get(), PQERRORS_DEFAULT);
        PQsetnonblocking(get(), 1);
    }

    /// Sends what is to be sent and waits until the next result is there.
    void wait_for_result(Deadline const& deadline) {
        while (true) {
            bool const has_more_to_send = flush();
            if (!has_more_to_send && PQisBusy(get()) == 0) {
                return;
            }
            wait(has_more_to_send ? POLLIN | POLLOUT : POLLIN, deadline);
            if (PQconsumeInput(get()) != 1) {
                lose();
            }
        }
    }

    /// Waits until what has been handed to libpq is on its way.
    void wait_until_sent(Deadline const& deadline) {
        while (flush()) {
            wait(POLLIN | POLLOUT, deadline);
            if (PQconsumeInput(get()) != 1) {
                lose();
            }
        }
    }

    [[nodiscard]] bool is_readable_before(Deadline const& deadline) const { return poll_for(POLLIN, deadline); }

    [[nodiscard]] PGconn* get() const noexcept { return connection_.get(); }

    /// Closes it and says why.
    [[noreturn]] void lose() { lose(PQerrorMessage(get())); }
    [[noreturn]] void lose(std::string_view reason, std::string sqlstate = {}) {
        std::string const text{reason.substr(0, reason.find('\n'))};
        connection_.reset();
        throw ConnectionLost{text, sqlstate.empty() ? "08006" : std::move(sqlstate)};
    }

private:
    /// In a forked process the session is still the parent's, who would lose it if we said goodbye to the server.
    struct Finish {
        Finish() noexcept : process{::getpid()} {}
        void operator()(PGconn* connection) const noexcept {
            if (::getpid() == process) {
                PQfinish(connection);
            } else {
                ::close(PQsocket(connection));
            }
        }
        ::pid_t process;
    };

    /// libpq quotes the parts of the connection string, and where a special character of a password was not escaped,
    /// such a part is in truth the end of the password.
    [[noreturn]] void lose_while_connecting() {
        std::string_view const message = PQerrorMessage(get());
        std::string const sqlstate{sqlstate_in(message)};
        if (!sqlstate.empty()) {
            lose(meaning_of(sqlstate).text, sqlstate);
        }
        std::string_view const line = message.substr(0, message.find('\n'));
        std::size_t const colon = line.rfind(": ");
        std::string_view const reason = colon == std::string_view::npos ? line : line.substr(colon + 2);
        bool const may_quote = colon == std::string_view::npos || reason.find('"') != std::string_view::npos;
        lose(may_quote ? "cannot connect" : reason);
    }

    [[nodiscard]] bool flush() {
        int const result = PQflush(get());
        if (result < 0) {
            lose();
        }
        return result == 1;
    }

    void wait(int events, Deadline const& deadline) {
        if (!poll_for(events, deadline)) {
            lose("no answer in the time allowed");
        }
    }

    [[nodiscard]] bool poll_for(int events, Deadline const& deadline) const {
        while (true) {
            ::pollfd socket{PQsocket(get()), static_cast<short>(events), 0};
            int const ready = ::poll(&socket, 1, deadline.milliseconds_left());
            if (ready > 0) {
                return true;
            }
            if ((ready < 0 && errno != EINTR) || deadline.is_over()) {
                return false;
            }
        }
    }

    /// What stands between the severity, in whatever language, and the text: "FATAL:  28P01: ...".
    [[nodiscard]] static std::string_view sqlstate_in(std::string_view message) {
        constexpr std::size_t length = 5;
        for (std::size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
            std::string_view const code = message.substr(at + 3, length);
            if (message.substr(at + 3).starts_with(std::string{code} + ": ") &&
                code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos) {
                return code;
            }
        }
        return {};
    }

    std::unique_ptr<PGconn, Finish> connection_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_LINK_HPP
