// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_EVENT_LISTENER_HPP
#define ANNALS_POSTGRES_EVENT_LISTENER_HPP

#include <annals/postgres/event_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace annals::postgres {

/// Waits for appends of other processes, by LISTEN on a connection of its own. Their stores need `Options::notify`.
///
/// Only a hint: go on polling, now and then, for a notification may be lost with its connection. One thread.
class EventListener {
public:
    /// Connects with the first wait.
    /// @throws UsageError  if the store works behind a transaction pooler, where LISTEN hears nothing
    explicit EventListener(PostgresEventStore const& store) : database_{store.database()} {
        if (database_->options().transaction_pooler) {
            throw UsageError{"annals: behind a transaction pooler there are no notifications"};
        }
    }

    /// @returns true if events may have been appended since the last call: read, then wait again. False if the time is
    /// over
    /// @throws ConnectionLost  if no server answers in that time
    bool wait(std::chrono::milliseconds time) {
        detail::Deadline const until{time};
        if (!link_) {
            listen(until);
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
            listen(until);
        }
        return true;
    }

private:
    void listen(detail::Deadline const& until) {
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
