// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CURSORS_HPP
#define ANNALS_POSTGRES_DETAIL_CURSORS_HPP

#include <annals/postgres/detail/filter_sql.hpp>
#include <annals/postgres/detail/source.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// Events read in one round trip, and how many to ask for in the next one: some megabytes, whatever the payloads.
struct Page {
    static constexpr std::size_t wanted_bytes = std::size_t{4} << 20U;
    static constexpr std::size_t fewest_events = 4;
    static constexpr std::size_t most_events = 1'000;

    std::vector<Event> events;
    std::size_t passed_over = 0; ///< rows of truncated events
    std::size_t size = 100;
    bool is_last = false;

    /// Reads the first rows of an answer to a request for `asked` events.
    void take(Result const& result, int rows, std::size_t asked, std::optional<StreamName> name) {
        events.clear();
        std::size_t bytes = 0;
        for (int row = 0; row < rows; ++row) {
            events.push_back(event_of(result, row, name));
            bytes += events.back().payload.data.size() + 256;
        }
        is_last = static_cast<std::size_t>(rows) < asked;
        if (!events.empty()) {
            std::size_t const fitting = wanted_bytes * events.size() / bytes;
            size = fitting < fewest_events ? fewest_events : fitting > most_events ? most_events : fitting;
        }
    }
};

/// Walks over what a query answers, a page at a time.
template <class Query>
class Cursor {
public:
    using value_type = Event;

    Cursor(Source source, Query query) : source_{std::move(source)}, query_{std::move(query)} {
        Deadline const until = source_.deadline();
        read_page(until);
        if (!page_.is_last) {
            query_.go_on(source_, until);
        }
    }

    [[nodiscard]] Event const* next() {
        while (at_ == page_.events.size() && !page_.is_last) {
            read_page(source_.deadline());
        }
        if (at_ == page_.events.size()) {
            return nullptr;
        }
        annals::detail::open(source_.payloads(), page_.events[at_]); // if that fails, the next call tries it again
        return &page_.events[at_++];
    }

private:
    void read_page(Deadline const& until) {
        try {
            fill_page(until);
        } catch (...) {
            page_.events.clear(); // so that nothing of it is handed out, and the next call tries it again
            page_.is_last = false;
            at_ = 0;
            throw;
        }
    }

    void fill_page(Deadline const& until) {
        // Whoever wants one event is not to ask for each truncated one before it.
        bool const is_wanted_whole = page_.size < query_.left() || page_.passed_over > 0;
        std::size_t const asked = is_wanted_whole ? page_.size : query_.left();
        Result const answer = query_.ask(source_, asked, until);
        page_.take(answer, query_.rows_of(answer), asked, query_.stream());
        at_ = 0;
        for (Event const& event : page_.events) {
            query_.accept(event);
        }
        page_.passed_over = std::erase_if(page_.events, annals::detail::is_truncated);
        query_.hand_out(page_.events);
        if (page_.events.empty() && page_.passed_over > 0 && !page_.is_last) {
            query_.pass_over_truncated(source_, until);
        }
        page_.is_last = query_.left() == 0 || (page_.is_last && !query_.goes_beyond());
    }

    Source source_;
    Query query_;
    Page page_;
    std::size_t at_ = 0;
};

/// For the events of a stream as it was when the cursor was made.
class StreamQuery {
public:
    StreamQuery(StreamName const& stream, Version after) : stream_{stream}, at_{after} {}

    /// Only a stream of several pages needs to know where to end.
    void go_on(Source const& source, Deadline const& until) { last_ = stream_version(source, stream_, until); }

    [[nodiscard]] Result ask(Source const& source, std::size_t asked, Deadline const& until) const {
        Parameters parameters = key_of(stream_);
        parameters.add(at_.value());
        parameters.add(last_.value());
        parameters.add(static_cast<std::int64_t>(asked));
        return run(source, {source.sql().stream, std::move(parameters)}, until);
    }
    [[nodiscard]] static int rows_of(Result const& answer) noexcept { return answer.rows(); }

    void accept(Event const& event) {
        if (event.version != at_.next()) {
            throw CorruptData{stream_, event.version, "the version before it is missing"};
        }
        at_ = event.version;
    }

    static void hand_out(std::vector<Event> const&) noexcept {}

    /// Goes on with the first event that is left.
    void pass_over_truncated(Source const& source, Deadline const& until) {
        std::int64_t const first = run(source, {source.sql().first_version, key_of(stream_)}, until).int8(0, 0);
        at_ = first > at_.value() ? Version{first - 1} : at_;
    }

    /// Whether there is more behind the last page.
    [[nodiscard]] bool goes_beyond() const noexcept { return false; }
    [[nodiscard]] std::size_t left() const noexcept { return (std::numeric_limits<std::size_t>::max)(); }
    [[nodiscard]] std::optional<StreamName> stream() const { return stream_; }

private:
    StreamName stream_;
    Version at_;
    Version last_{annals::detail::ended_version.value() - 1};
};

/// For the log up to where the frontier was when the cursor was made.
class LogQuery {
public:
    LogQuery(Position after, std::size_t limit, EventFilter const& filter)
        : at_{after.first()}, left_{limit}, filter_{filter} {}

    void go_on(Source const&, Deadline const&) noexcept {}

    /// The first answer may go beyond the frontier, which comes with it.
    [[nodiscard]] Result ask(Source const& source, std::size_t asked, Deadline const& until) {
        if (is_begun_) {
            return run(source, call(source.sql(), asked), until);
        }
        is_begun_ = true;
        if (!filter_.admits_all()) {
            filtered_sql_ = source.sql().log_where(condition_of(filter_));
            end_ = end_of_stretch();
        }
        Settled settled = settle(source, call(source.sql(), asked), until);
        last_ = settled.frontier;
        end_ = end_ < last_ ? end_ : last_;
        return std::move(settled.answer);
    }
    [[nodiscard]] int rows_of(Result const& answer) const {
        int rows = answer.rows();
        while (rows > 0 && answer.int8(rows - 1, 0) > last_) {
            --rows;
        }
        return rows;
    }

    void accept(Event const& event) {
        if (event.position.first() <= at_) {
            throw CorruptData{event.stream, event.version, "its position does not follow the one before"};
        }
        at_ = event.position.first();
    }

    /// Leaves those that are wanted.
    void hand_out(std::vector<Event>& events) {
        if (events.size() > left_) {
            events.erase(events.begin() + static_cast<std::ptrdiff_t>(left_), events.end());
        }
        left_ -= events.size();
    }

    void pass_over_truncated(Source const&, Deadline const&) noexcept {}

    /// After the last page of a stretch: goes on to the next, if there is one.
    [[nodiscard]] bool goes_beyond() noexcept {
        if (end_ >= last_) {
            return false;
        }
        at_ = end_;
        end_ = end_of_stretch();
        return true;
    }

    [[nodiscard]] std::size_t left() const noexcept { return left_; }
    [[nodiscard]] std::optional<StreamName> stream() const { return std::nullopt; }

private:
    /// One statement passes over so many positions at most, so that however little the filter admits of a long log, no
    /// statement takes longer than the deadline.
    static constexpr std::int64_t stretch = 100'000;

    [[nodiscard]] std::int64_t end_of_stretch() const noexcept { return last_ - at_ > stretch ? at_ + stretch : last_; }

    [[nodiscard]] Call call(Statements const& sql, std::size_t asked) const {
        Parameters parameters = Parameters::of(at_, end_, static_cast<std::int64_t>(asked));
        add_parameters(parameters, filter_);
        return {filter_.admits_all() ? sql.log : filtered_sql_, std::move(parameters)};
    }

    std::int64_t at_;
    std::int64_t last_ = (std::numeric_limits<std::int64_t>::max)(); ///< the frontier when it began
    std::int64_t end_ = last_;                                       ///< of the stretch that is read now
    bool is_begun_ = false;
    std::size_t left_;
    EventFilter filter_;
    std::string filtered_sql_;
};

using StreamCursor = Cursor<StreamQuery>;
using LogCursor = Cursor<LogQuery>;

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CURSORS_HPP
