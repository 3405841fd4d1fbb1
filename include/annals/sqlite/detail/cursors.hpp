// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_CURSORS_HPP
#define ANNALS_SQLITE_DETAIL_CURSORS_HPP

#include <annals/sqlite/detail/database.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Both cursors read the first page when they are made, and each further one when it is wanted. Between pages no
// statement is open: a reader that takes its time keeps nobody from emptying the write-ahead log.

namespace annals::sqlite::detail {

inline constexpr std::int64_t no_bound = (std::numeric_limits<std::int64_t>::max)();

/// Walks over a stream as it was when the cursor was made.
class StreamCursor {
public:
    using value_type = Event;

    StreamCursor(std::shared_ptr<Database> database, StreamName const& stream, Version after)
        : database_{std::move(database)}, stream_{stream} {
        database_->with_reader([&](Connection& connection) {
            last_ = stream_version(connection, stream_);
            read_page(connection, after);
        });
    }

    /// After an exception it can be called again, and tries the same page.
    [[nodiscard]] Event const* next() {
        if (at_ == page_.size() && has_more_) {
            database_->with_reader([&](Connection& connection) { read_page(connection, reached_); });
        }
        return at_ == page_.size() ? nullptr : &page_[at_++];
    }

private:
    void read_page(Connection& connection, Version after) {
        at_ = 0;
        try {
            has_more_ = read_stream(connection, stream_, after, last_, page_);
            Version const reached = page_.empty() ? after : page_.back().version;
            if (!has_more_ && reached < last_) {
                // One damaged entry of the index can hide all that come after it.
                throw CorruptData{stream_, last_, "the version before it is missing"};
            }
            reached_ = reached;
        } catch (...) {
            page_.clear();
            has_more_ = true;
            throw;
        }
    }

    std::shared_ptr<Database> database_;
    StreamName stream_;
    Version last_;
    Version reached_; ///< the end of the page
    std::vector<Event> page_;
    std::size_t at_ = 0;
    bool has_more_ = false;
};

/// Walks over the log as it was when the cursor was made.
class LogCursor {
public:
    using value_type = Event;

    LogCursor(std::shared_ptr<Database> database, Position after, std::size_t limit)
        : database_{std::move(database)}, limit_{limit} {
        database_->with_reader([&](Connection& connection) {
            last_ = head(connection);
            read_page(connection, after.first());
        });
    }

    /// After an exception it can be called again, and tries the same page.
    [[nodiscard]] Event const* next() {
        if (at_ == page_.size() && has_more_) {
            database_->with_reader([&](Connection& connection) { read_page(connection, reached_); });
        }
        return at_ == page_.size() ? nullptr : &page_[at_++];
    }

private:
    void read_page(Connection& connection, std::int64_t after) {
        at_ = 0;
        try {
            has_more_ = read_log(connection, after, last_, limit_, page_);
            std::int64_t const reached = page_.empty() ? after : page_.back().position.first();
            if (!has_more_ && reached < last_ && page_.size() < limit_) {
                throw CorruptData{"the events after position " + std::to_string(reached) + " are missing"};
            }
            reached_ = reached;
            limit_ -= page_.size();
        } catch (...) {
            page_.clear();
            has_more_ = true;
            throw;
        }
    }

    std::shared_ptr<Database> database_;
    std::size_t limit_;
    std::int64_t last_ = 0;
    std::int64_t reached_ = 0; ///< the end of the page
    std::vector<Event> page_;
    std::size_t at_ = 0;
    bool has_more_ = false;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_CURSORS_HPP
