// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP
#define ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP

#include <annals/postgres/detail/append.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>
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
                settle(group);
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
        enum : std::uint8_t { waiting, taken, settled } stage = waiting;
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
            return std::ranges::any_of(*this, [&](Request const* one) { return one->commit[0].stream == stream; });
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
        line_.push_back(&own);
        while (own.stage != Request::settled) {
            if (own.stage == Request::taken) {
                changed_.wait(lock);
            } else if (leads_ < database_.options().pool_size) {
                ++leads_;
                own.stage = Request::taken; // by itself, or another one would take it along
                std::erase(line_, &own);
                return true;
            } else if (changed_.wait_until(lock, own.until.at()) == std::cv_status::timeout &&
                       own.stage == Request::waiting) {
                std::erase(line_, &own);
                return false;
            }
        }
        return false;
    }

    void end_lead() noexcept {
        std::lock_guard const lock{mutex_};
        --leads_;
        changed_.notify_all();
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
            for (Request const* const request : group) {
                all.push_back(request->commit[0]);
            }
            auto const earlier = [](Request const* a, Request const* b) { return a->until.at() < b->until.at(); };
            Append together{database_, all, (*std::ranges::min_element(group, earlier))->until};
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

    void settle(Group const& group) noexcept {
        std::lock_guard const lock{mutex_};
        for (Request* const request : group) {
            request->stage = Request::settled;
        }
        changed_.notify_all();
    }

    Database& database_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Request*> line_; ///< all who wait, first come first
    std::size_t leads_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_GROUP_APPEND_HPP
