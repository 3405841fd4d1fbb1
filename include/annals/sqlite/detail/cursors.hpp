// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_CURSORS_HPP
#define ANNALS_SQLITE_DETAIL_CURSORS_HPP

#include <annals/detail/stored_event.hpp>
#include <annals/sqlite/detail/event_rows.hpp>
#include <annals/sqlite/detail/source.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

// Both cursors read the first page when they are made, and each further one when it is wanted. Between pages no
// statement is open: a reader that takes its time keeps nobody from emptying the write-ahead log.

namespace annals::sqlite::detail {

/// Opens the event only now, when no connection waits for a key store. If that throws, the next call tries the same
/// one.
[[nodiscard]] inline Event const& hand_out(Source const& source, Page& page, std::size_t& at) {
    Event& event = page[at];
    annals::detail::open(source.payloads(), event);
    ++at;
    return event;
}

/// Walks over a stream as it was when the cursor was made.
class StreamCursor {
public:
    using value_type = Event;

    StreamCursor(Source source, StreamName const& stream, Version after) : source_{std::move(source)}, stream_{stream} {
        source_.read([&](Connection& connection) { read_page(connection, after); });
    }

    /// After an exception it can be called again, and tries the same again.
    [[nodiscard]] Event const* next() {
        while (at_ == page_.events().size() && has_more_) {
            source_.read([&](Connection& connection) { read_page(connection, reached_); });
        }
        return at_ == page_.events().size() ? nullptr : &hand_out(source_, page_, at_);
    }

private:
    void read_page(Connection& connection, Version reached) {
        at_ = 0;
        try {
            has_more_ = read_stream(connection, stream_, reached, last_, page_);
            if (!has_more_ && reached < *last_) {
                // One damaged entry of the index can hide all that come after it.
                throw CorruptData{stream_, *last_, "the version before it is missing"};
            }
            reached_ = reached;
        } catch (...) {
            page_.clear();
            has_more_ = true;
            throw;
        }
    }

    Source source_;
    StreamName stream_;
    std::optional<Version> last_; ///< of the stream, from the first page on
    Version reached_;             ///< the end of the page
    Page page_;
    std::size_t at_ = 0;
    bool has_more_ = false;
};

/// Walks over the log as it was when the cursor was made.
class LogCursor {
public:
    using value_type = Event;

    LogCursor(Source source, Position after, std::size_t limit, EventFilter const& filter)
        : source_{std::move(source)}, query_{filter}, left_{limit}, reached_{after.first()} {
        source_.read([&](Connection& connection) {
            last_ = head(connection);
            read_page(connection);
        });
    }

    /// After an exception it can be called again, and tries the same again.
    [[nodiscard]] Event const* next() {
        while (at_ == page_.events().size() && has_more_) {
            source_.read([&](Connection& connection) { read_page(connection); });
        }
        return at_ == page_.events().size() ? nullptr : &hand_out(source_, page_, at_);
    }

private:
    /// One statement passes over so many events at most: an open one keeps the write-ahead log from being emptied.
    static constexpr std::int64_t stretch = 100'000;

    void read_page(Connection& connection) {
        bool const is_far = query_.is_filtered() && last_ - reached_ > stretch;
        std::int64_t const end = is_far ? reached_ + stretch : last_;
        at_ = 0;
        try {
            std::int64_t reached = reached_;
            bool const is_cut = read_log(connection, reached, end, left_, page_, query_);
            if (!is_cut && page_.events().size() < left_) {
                if (!query_.is_filtered() && reached < end) {
                    throw CorruptData{"the events after position " + std::to_string(reached) + " are missing"};
                }
                reached = end;
            }
            reached_ = reached;
            left_ -= page_.events().size();
            has_more_ = reached_ < last_ && left_ > 0;
        } catch (...) {
            page_.clear();
            has_more_ = true;
            throw;
        }
    }

    Source source_;
    LogQuery query_;
    std::size_t left_;
    std::int64_t last_ = 0;
    std::int64_t reached_; ///< the end of the page
    Page page_;
    std::size_t at_ = 0;
    bool has_more_ = false;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_CURSORS_HPP
