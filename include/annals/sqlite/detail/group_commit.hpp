// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_GROUP_COMMIT_HPP
#define ANNALS_SQLITE_DETAIL_GROUP_COMMIT_HPP

#include <annals/sqlite/detail/database.hpp>
#include <annals/sqlite/transaction.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <semaphore>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

/// Appends of several threads in one transaction, with one sync of the disk for all.
///
/// While one thread commits, the others line up; then one of them commits for all who are in the line. Each learns what
/// became of its own append, which is all or nothing by itself, as if it had been alone. Thread-safe.
class GroupCommit {
public:
    explicit GroupCommit(Database& database) : database_{database} {}

    /// @param commit    valid
    /// @param payloads  what has sealed it; null for nothing
    /// @throws what an append alone throws
    std::vector<AppendResult> append(Commit commit, PayloadTransform const* payloads) {
        database_.require_free_to_write();
        Request own{commit, payloads};
        auto const until = std::chrono::steady_clock::now() + database_.patience();
        std::unique_lock lock{mutex_};
        line_.push_back(&own);
        while (!own.is_done) {
            if (!has_leader_) {
                lead(own, lock);
                continue;
            }
            bool const is_taken = own.is_taken;
            lock.unlock();
            bool is_late = false;
            if (is_taken) {
                own.goes_on.acquire();
            } else {
                is_late = !own.goes_on.try_acquire_until(until);
            }
            lock.lock();
            if (is_late && !own.is_done && !own.is_taken && has_leader_) {
                std::erase(line_, &own); // or it would be appended after its thread has given it up
                throw_error(SQLITE_BUSY, "begin", "other threads are writing");
            }
        }
        if (own.error) {
            std::rethrow_exception(own.error);
        }
        return std::move(own.results);
    }

private:
    struct Request {
        Request(Commit wanted, PayloadTransform const* transform) : commit{wanted}, payloads{transform} {}

        void settle(std::vector<AppendResult> stored) noexcept {
            results = std::move(stored);
            error = nullptr;
            is_settled = true;
        }
        void settle(std::exception_ptr thrown) noexcept {
            error = std::move(thrown);
            is_settled = true;
        }

        Commit commit;
        PayloadTransform const* payloads;
        std::vector<AppendResult> results{};
        std::exception_ptr error{};
        bool is_settled = false;              ///< one of these two is its outcome; for who leads until `is_done`
        bool is_taken = false;                ///< by who leads
        bool is_done = false;                 ///< and its thread can go on
        std::counting_semaphore<> goes_on{0}; ///< for its thread to look again, perhaps more than once
    };
    using Group = std::vector<Request*>;

    enum class Connected : bool { well, in_doubt }; ///< whether what the connection believes is sure

    /// Commits for `own` and those who wait with it.
    /// @param lock  held at the call and afterwards, not meanwhile
    void lead(Request& own, std::unique_lock<std::mutex>& lock) {
        has_leader_ = true;
        lock.unlock();
        Group group;
        try {
            database_.with_writer([&](Connection& connection) {
                // Whoever has the writing connection for long, or another process, is waited for here.
                std::optional<Transaction> transaction{std::in_place, connection};
                group = take(own);
                if (run(connection, transaction, group) == Connected::in_doubt) {
                    database_.drop_writer();
                }
            });
        } catch (...) {
            if (!own.is_settled) {
                own.settle(std::current_exception());
            }
        }
        lock.lock();
        if (own.is_settled) {
            finish(own); // also if it failed before there was a group
        }
        for (Request* const request : group) {
            request->is_taken = false;
            if (request->is_settled) {
                finish(*request);
            }
            request->goes_on.release();
        }
        has_leader_ = false;
        if (!line_.empty()) {
            line_.front()->goes_on.release(); // it leads, unless a thread that comes just now does
        }
    }

    /// `own` and those who wait behind it.
    [[nodiscard]] Group take(Request& own) {
        std::lock_guard const lock{mutex_};
        Group group;
        group.reserve(line_.size());
        group.push_back(&own);
        for (Request* const request : line_) {
            if (request != &own && group.size() < most_together) {
                group.push_back(request);
            }
        }
        for (Request* const request : group) {
            request->is_taken = true;
        }
        return group;
    }

    void finish(Request& request) {
        std::erase(line_, &request);
        request.is_done = true;
    }

    /// Appends for each of the group, up to the first that leaves the connection in doubt.
    /// @param transaction  open; it is ended
    [[nodiscard]] Connected run(Connection& connection, std::optional<Transaction>& transaction, Group const& group) {
        if (group.size() > 1) {
            Connected const state = append_together(*transaction, group);
            transaction.reset();
            if (state == Connected::in_doubt) {
                return state;
            }
        }
        for (Request* const request : group) {
            if (!request->is_settled && append_alone(connection, transaction, *request) == Connected::in_doubt) {
                return Connected::in_doubt;
            }
        }
        return Connected::well;
    }

    /// Settles those whose events it has committed, or perhaps has. The others have written nothing and are left to be
    /// tried alone: those that were refused, or all, if one of them fails with some of its events written.
    [[nodiscard]] static Connected append_together(Transaction& transaction, Group const& group) noexcept {
        try {
            for (Request* const request : group) {
                try {
                    request->settle(transaction.write(request->commit));
                } catch (ConcurrencyError const&) {
                    // It comes before the first event is written, so that the transaction is still good.
                } catch (StreamTombstoned const&) {
                    // And so does this.
                }
            }
            transaction.commit();
        } catch (AppendOutcomeUnknown const& unknown) {
            for (Request* const request : group) {
                if (request->is_settled) {
                    std::exception_ptr own = of_part(unknown, request->commit);
                    request->settle(own ? std::move(own) : std::current_exception());
                }
            }
            return Connected::in_doubt;
        } catch (...) {
            for (Request* const request : group) {
                request->is_settled = false;
            }
        }
        return Connected::well;
    }

    /// @param transaction  open or empty; it is ended
    [[nodiscard]] static Connected
    append_alone(Connection& connection, std::optional<Transaction>& transaction, Request& request) noexcept {
        struct End {
            ~End() { transaction.reset(); }
            std::optional<Transaction>& transaction;
        };
        try {
            request.settle(write_once(connection, request.commit, request.payloads, [&] {
                End const end{transaction}; // also if this throws: then what was written is looked for as it was before
                if (!transaction) {
                    transaction.emplace(connection);
                }
                auto results = transaction->write(request.commit);
                transaction->commit();
                return results;
            }));
        } catch (AppendOutcomeUnknown const&) {
            request.settle(std::current_exception());
            return Connected::in_doubt;
        } catch (...) {
            request.settle(std::current_exception());
        }
        return Connected::well;
    }

    /// The same for what one of those who committed together has appended; null if there is no memory for it.
    [[nodiscard]] static std::exception_ptr of_part(AppendOutcomeUnknown const& unknown, Commit commit) noexcept {
        try {
            std::vector<EventId> ids;
            for (auto const& part : commit) {
                for (auto const& event : part.events) {
                    ids.push_back(event.event_id);
                }
            }
            return std::make_exception_ptr(AppendOutcomeUnknown{unknown, std::move(ids)});
        } catch (...) {
            return nullptr;
        }
    }

    /// A commit costs a sync of the disk, some milliseconds; a further append a tenth of one at most.
    static constexpr std::size_t most_together = 64;

    Database& database_;
    std::mutex mutex_;
    Group line_; ///< all whose outcome is not there yet, first come first
    bool has_leader_ = false;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_GROUP_COMMIT_HPP
