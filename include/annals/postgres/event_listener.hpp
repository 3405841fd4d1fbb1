// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_EVENT_LISTENER_HPP
#define ANNALS_POSTGRES_EVENT_LISTENER_HPP

#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/statements.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace annals::postgres {

/// Waits for appends, by LISTEN on a connection of its own. The stores that append need `Options::notify`.
///
/// Only a hint: go on polling, now and then, for a notification may be lost with its connection. One thread at a time.
class EventListener {
public:
    /// Connects with the first wait.
    /// @throws UsageError  if the store works behind a transaction pooler, where LISTEN hears nothing
    template <class Store>
        requires requires(Store const& store) { store.append_listener(); }
    explicit EventListener(Store const& store) : EventListener{store.database()} {}

    /// For the library.
    explicit EventListener(std::shared_ptr<detail::Database> database) : database_{std::move(database)} {
        if (database_->options().transaction_pooler) {
            throw UsageError{"annals: behind a transaction pooler there are no notifications"};
        }
    }

    /// @returns true if events may have been appended since the last call: read, then wait again. False if the time is
    /// over
    /// @throws ConnectionLost  if the connection is gone and a new one cannot be had, which may take a second longer
    bool wait(std::chrono::milliseconds time) {
        detail::Deadline const until{time};
        if (!link_) {
            listen();
            return true; // what was said before is not known
        }
        try {
            while (!has_heard()) {
                if (!link_->is_readable_before(until)) {
                    return false;
                }
                if (PQconsumeInput(link_->get()) != 1) {
                    link_->lose();
                }
            }
        } catch (ConnectionLost const&) {
            link_.reset();
            listen();
        }
        return true;
    }

private:
    void listen() {
        // The time of a wait may be too short to ever connect in.
        detail::Deadline const until{std::chrono::seconds{1}};
        detail::Link link = database_->pool().conninfo().connect(until);
        std::string const sql = "LISTEN " + detail::channel_of(database_->options());
        detail::Call const call{sql, {}};
        detail::Pipeline{link, false}.run(std::span{&call, 1}, until);
        link_.emplace(std::move(link));
    }

    /// Takes all that has come.
    [[nodiscard]] bool has_heard() {
        bool has = false;
        while (true) {
            std::unique_ptr<PGnotify, decltype(&PQfreemem)> const notice{PQnotifies(link_->get()), &PQfreemem};
            if (!notice) {
                return has;
            }
            has = true;
        }
    }

    std::shared_ptr<detail::Database> database_;
    std::optional<detail::Link> link_;
};

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_EVENT_LISTENER_HPP
