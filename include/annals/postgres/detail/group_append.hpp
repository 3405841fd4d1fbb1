// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP
#define ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP

#include <annals/postgres/detail/append.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <semaphore>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// Appends of more threads than there are connections.
///
/// Those for whom none is left line up; who gets the next one appends for others in the line too, in one statement and
/// one commit. That is tried once, for all or none: if anything stands in its way, a conflict or a lock or a lost
/// connection, each of them appends by itself, and the ids of its events tell whether the group had stored them.
/// Thread-safe.
class GroupAppend {
public:
    explicit GroupAppend(Database& database) : database_{database} {}

    /// @param commit  valid
    /// @throws what an append alone throws
    std::vector<AppendResult> append(Commit commit) {
        database_.pool().require_own_process(); // or it would line up behind threads that are not there
        Request own{commit, database_.deadline()};
        Lead lead{*this};
        if (commit.size() == 1 && commit[0].events.size() <= most_events && lead.wait_for(own)) {
            Group const group = take(own);
            if (group.size() > 1) {
                append_together(group);
                settle(group, own);
            }
        }
        if (own.results) {
            return std::move(*own.results);
        }
        return Append{database_, commit, own.until, own.may_be_written}.run();
    }

private:
    struct Request {
        Commit commit; ///< to one stream
        Deadline until;
        std::optional<std::vector<AppendResult>> results{};
        bool may_be_written = false;
        enum : std::uint8_t { waiting, leading, taken, settled } stage = waiting;
        std::binary_semaphore goes_on{0};
    };

    /// What as many threads as there are connections have while they append, for themselves or for others too.
    class Lead {
    public:
        explicit Lead(GroupAppend& line) : line_{line} {}
        Lead(Lead const&) = delete;
        Lead& operator=(Lead const&) = delete;
        ~Lead() {
            if (is_held_) {
                line_.end_lead();
            }
        }

        /// Lines up if there is need. @returns false if another one has taken `own` along, or its time is over
        [[nodiscard]] bool wait_for(Request& own) { return is_held_ = line_.wait_for_lead(own); }

    private:
        GroupAppend& line_;
        bool is_held_ = false;
    };

    static constexpr std::size_t most_together = 8;
    static constexpr std::size_t most_events = 64;

    /// Those that are appended together. No memory is asked for while others depend on it.
    class Group {
    public:
        void add(Request& request) noexcept {
            request.stage = Request::taken;
            members_[size_++] = &request;
        }
        [[nodiscard]] bool is_full() const noexcept { return size_ == members_.size(); }
        [[nodiscard]] bool has(StreamName const& stream) const {
            bool found = false;
            for (Request const* const request : *this) {
                found = found || request->commit[0].stream == stream;
            }
            return found;
        }
        [[nodiscard]] std::size_t size() const noexcept { return size_; }
        [[nodiscard]] Request* const* begin() const noexcept { return members_.data(); }
        [[nodiscard]] Request* const* end() const noexcept { return members_.data() + size_; }

    private:
        std::array<Request*, most_together> members_{};
        std::size_t size_ = 0;
    };

    [[nodiscard]] bool wait_for_lead(Request& own) {
        std::unique_lock lock{mutex_};
        if (leads_ < database_.options().pool_size) {
            ++leads_;
            return true;
        }
        line_.push_back(&own);
        lock.unlock();
        bool const is_in_time = own.goes_on.try_acquire_until(own.until.at());
        lock.lock();
        if (own.stage == Request::waiting) {
            std::erase(line_, &own);
        } else if (!is_in_time) {
            lock.unlock();
            own.goes_on.acquire(); // who has taken it along is not done with it
            lock.lock();
        }
        return own.stage == Request::leading;
    }

    /// Hands the lead on to who has waited longest.
    void end_lead() noexcept {
        std::lock_guard const lock{mutex_};
        if (line_.empty()) {
            --leads_;
        } else {
            Request& next = *line_.front();
            line_.erase(line_.begin());
            next.stage = Request::leading;
            next.goes_on.release();
        }
    }

    /// `own` and those who wait, first come first; of those who append to the same stream, one.
    [[nodiscard]] Group take(Request& own) {
        std::lock_guard const lock{mutex_};
        Group group;
        group.add(own);
        for (Request* const request : line_) {
            if (!group.is_full() && !group.has(request->commit[0].stream)) {
                group.add(*request);
            }
        }
        std::erase_if(line_, [](Request const* request) { return request->stage == Request::taken; });
        return group;
    }

    void append_together(Group const& group) noexcept {
        try {
            std::vector<StreamAppend<EncodedPayload>> all;
            Deadline until = (*group.begin())->until;
            for (Request const* const request : group) {
                all.push_back(request->commit[0]);
                until = request->until.at() < until.at() ? request->until : until;
            }
            Append together{database_, all, until};
            try {
                auto const results = together.run_if_nothing_is_in_the_way();
                for (std::size_t i = 0; i < results.size(); ++i) {
                    group.begin()[i]->results = {results[i]};
                }
            } catch (...) {
                for (Request* const request : group) {
                    request->may_be_written = together.may_be_written();
                }
            }
        } catch (...) { // no memory: nothing has been sent
        }
    }

    /// Tells all but the one who did it.
    void settle(Group const& group, Request const& own) noexcept {
        std::lock_guard const lock{mutex_};
        for (Request* const request : group) {
            if (request != &own) {
                request->stage = Request::settled;
                request->goes_on.release();
            }
        }
    }

    Database& database_;
    std::mutex mutex_;
    std::vector<Request*> line_; ///< all who wait, first come first
    std::size_t leads_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP
