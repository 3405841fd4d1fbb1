// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_POOL_HPP
#define ANNALS_POSTGRES_DETAIL_POOL_HPP

#include <annals/postgres/detail/connection.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// The connections of one store: at most so many, given out in the order in which they were asked for. Thread-safe.
class Pool {
public:
    Pool(std::string conninfo, Options options) : conninfo_{std::move(conninfo)}, options_{std::move(options)} {
        require_valid(options_);
        idle_.reserve(options_.pool_size); // so that giving one back cannot fail
    }
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;
    ~Pool() = default;

    struct GiveBack {
        Pool* pool;
        void operator()(Connection* connection) const noexcept {
            pool->take_back(std::unique_ptr<Connection>{connection});
        }
    };
    /// A connection on loan. It goes back when this is destroyed, or is closed if it is not as it was.
    using Lease = std::unique_ptr<Connection, GiveBack>;

    /// @throws DeadlineExceeded  if all are on loan until then
    /// @throws ConnectionLost    if a new one cannot be made
    /// @throws UsageError        in a process forked from the one that made the pool
    [[nodiscard]] Lease borrow(Deadline const& deadline) {
        require_own_process();
        auto connection = wait_for_turn(deadline);
        if (connection && is_usable(*connection)) {
            return Lease{connection.release(), {this}};
        }
        connection.reset();
        try {
            return Lease{new Connection{conninfo_, options_, deadline}, {this}};
        } catch (...) {
            take_back(nullptr);
            throw;
        }
    }

    /// @throws UsageError  in a process forked from the one that made the pool
    void require_own_process() const {
        if (::getpid() != process_) {
            throw UsageError{"annals: a PostgreSQL store was made before a fork; make it in the process that uses it"};
        }
    }

    [[nodiscard]] Options const& options() const noexcept { return options_; }
    [[nodiscard]] Conninfo const& conninfo() const noexcept { return conninfo_; }

private:
    using Waiter = std::binary_semaphore;

    /// @returns an idle connection, or null with the right to make a new one
    [[nodiscard]] std::unique_ptr<Connection> wait_for_turn(Deadline const& deadline) {
        std::unique_lock lock{mutex_};
        if (on_loan_ == options_.pool_size || !waiters_.empty()) {
            Waiter turn{0};
            std::uint64_t const ticket = ++tickets_;
            waiters_.emplace(ticket, &turn);
            lock.unlock();
            bool const has_turn = turn.try_acquire_until(deadline.at());
            lock.lock();
            // Who does not stand there any more has got the turn at the last moment.
            if (!has_turn && waiters_.erase(ticket) > 0) {
                throw DeadlineExceeded{"annals: no PostgreSQL connection became free in the time allowed"};
            }
        } else {
            ++on_loan_;
        }
        if (idle_.empty()) {
            return nullptr;
        }
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }

    /// Hands the place of a connection on to who has waited longest.
    void take_back(std::unique_ptr<Connection> connection) noexcept {
        if (connection && !connection->is_idle()) {
            connection.reset();
        }
        std::lock_guard const lock{mutex_};
        if (connection && idle_.size() < idle_.capacity()) {
            idle_.push_back(std::move(connection));
        }
        if (waiters_.empty()) {
            --on_loan_;
        } else {
            Waiter& next = *waiters_.begin()->second;
            waiters_.erase(waiters_.begin());
            next.release();
        }
    }

    [[nodiscard]] bool is_usable(Connection const& connection) const {
        return connection.is_clean() &&
               std::chrono::steady_clock::now() - connection.made_at() < options_.connection_age;
    }

    Conninfo conninfo_;
    Options options_;
    ::pid_t process_ = ::getpid();
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::map<std::uint64_t, Waiter*> waiters_; ///< by their tickets, so who came first stands first
    std::uint64_t tickets_ = 0;
    std::size_t on_loan_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_POOL_HPP
