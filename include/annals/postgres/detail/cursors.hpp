// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CURSORS_HPP
#define ANNALS_POSTGRES_DETAIL_CURSORS_HPP

#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// Events read in one round trip, and how many to ask for in the next one: some megabytes, whatever the payloads.
struct Page {
    static constexpr std::size_t wanted_bytes = std::size_t{4} << 20U;
    static constexpr std::size_t fewest_events = 4;
    static constexpr std::size_t most_events = 1'000;

    std::vector<Event> events;
    std::size_t size = 100;
    bool is_last = false;

    /// Reads the rows of an answer to a request for `asked` events.
    void take(Result const& result, std::size_t asked, std::optional<StreamName> name) {
        events.clear();
        std::size_t bytes = 0;
        for (int row = 0; row < result.rows(); ++row) {
            events.push_back(event_of(result, row, name));
            bytes += events.back().payload.data.size() + 256;
        }
        is_last = events.size() < asked;
        if (!events.empty()) {
            std::size_t const fitting = wanted_bytes * events.size() / bytes;
            size = fitting < fewest_events ? fewest_events : fitting > most_events ? most_events : fitting;
        }
    }
};

/// Where reads go: to any connection of the pool, or to the one that holds the caller's transaction.
class Source {
public:
    explicit Source(std::shared_ptr<Database> database, Connection* transaction = nullptr)
        : database_{std::move(database)}, transaction_{transaction} {}

    [[nodiscard]] Statements const& sql() const noexcept { return database_->sql(); }
    [[nodiscard]] LockKeys const& locks() const noexcept { return database_->locks(); }
    [[nodiscard]] Deadline deadline() const { return database_->deadline(); }

    template <class Work>
    auto read(Deadline const& until, Work&& work) const {
        return transaction_ == nullptr ? database_->repeatable(until, work) : work(*transaction_);
    }

private:
    std::shared_ptr<Database> database_;
    Connection* transaction_;
};

/// The position up to which nothing will ever be added.
///
/// A position is drawn only while its transaction announces a lower one in pg_locks, and the announcement goes away
/// only when the commit is visible. So what was drawn by the time of the first statement, and lies at or below all that
/// is announced at the time of the second, is settled; a page is read with a later snapshot still.
/// @throws UsageError  in a transaction with one snapshot for all its statements, where none of this holds
[[nodiscard]] inline std::int64_t frontier(Source const& source, Deadline const& until) {
    return source.read(until, [&](Connection& connection) {
        Call const calls[] = {
            {source.sql().last_drawn, {}},
            {source.sql().lowest_announced, Parameters::of(source.locks().announcement())},
            {source.sql().is_read_committed, {}},
        };
        auto const answers = connection.run(calls, until);
        if (!answers[2].boolean(0, 0)) {
            throw UsageError{"annals: following the log needs a transaction of isolation level READ COMMITTED"};
        }
        std::int64_t const last = answers[0].int8(0, 0);
        bool const is_announced = !answers[1].is_null(0, 0) && answers[1].int8(0, 0) < last;
        return is_announced ? answers[1].int8(0, 0) : last;
    });
}

/// Not the frontier itself, for a crash of the server may take back positions that were drawn and never stored.
[[nodiscard]] inline Position head(Source const& source, Deadline const& until) {
    auto const settled = Parameters::of(frontier(source, until));
    return source.read(until, [&](Connection& connection) {
        return Position{connection.run(source.sql().head, settled, until).int8(0, 0)};
    });
}

[[nodiscard]] inline Version stream_version(Source const& source, StreamName const& stream, Deadline const& until) {
    return source.read(until, [&](Connection& connection) {
        return Version{connection.run(source.sql().stream_version, key_of(stream), until).int8(0, 0)};
    });
}

/// Walks over a stream as it was when the cursor was made.
class StreamCursor {
public:
    using value_type = Event;

    StreamCursor(Source source, StreamName const& stream, Version after)
        : source_{std::move(source)}, stream_{stream}, at_version_{after} {
        Deadline const until = source_.deadline();
        read_page(until);
        if (!page_.is_last) {
            last_ = stream_version(source_, stream_, until).value();
        }
    }

    [[nodiscard]] Event const* next() {
        if (at_ == page_.events.size() && !page_.is_last) {
            read_page(source_.deadline());
        }
        return at_ == page_.events.size() ? nullptr : &page_.events[at_++];
    }

private:
    void read_page(Deadline const& until) {
        std::size_t const asked = page_.size;
        source_.read(until, [&](Connection& connection) {
            auto const answer = connection.run(
                source_.sql().stream,
                Parameters::of(
                    std::string_view{stream_.aggregate_type()},
                    std::string_view{stream_.aggregate_id()},
                    at_version_.value(),
                    last_,
                    static_cast<std::int64_t>(asked)
                ),
                until
            );
            page_.take(answer, asked, stream_);
            return 0;
        });
        at_ = 0;
        for (Event const& event : page_.events) {
            if (event.version != at_version_.next()) {
                throw CorruptData{stream_, event.version, "the version before it is missing"};
            }
            at_version_ = event.version;
        }
    }

    Source source_;
    StreamName stream_;
    Version at_version_;
    std::int64_t last_ = (std::numeric_limits<std::int64_t>::max)();
    Page page_;
    std::size_t at_ = 0;
};

/// Walks over the log up to where the frontier was when the cursor was made.
class LogCursor {
public:
    using value_type = Event;

    LogCursor(Source source, Position after, std::size_t limit)
        : source_{std::move(source)}, after_{after.first()}, left_{limit} {
        Deadline const until = source_.deadline();
        last_ = frontier(source_, until);
        read_page(until);
    }

    [[nodiscard]] Event const* next() {
        if (at_ == page_.events.size() && !page_.is_last) {
            read_page(source_.deadline());
        }
        return at_ == page_.events.size() ? nullptr : &page_.events[at_++];
    }

private:
    void read_page(Deadline const& until) {
        std::size_t const asked = page_.size < left_ ? page_.size : left_;
        source_.read(until, [&](Connection& connection) {
            auto const answer = connection.run(
                source_.sql().log, Parameters::of(after_, last_, static_cast<std::int64_t>(asked)), until
            );
            page_.take(answer, asked, std::nullopt);
            return 0;
        });
        at_ = 0;
        left_ -= page_.events.size();
        page_.is_last = page_.is_last || left_ == 0;
        for (Event const& event : page_.events) {
            if (event.position.first() <= after_) {
                throw CorruptData{event.stream, event.version, "its position does not follow the one before"};
            }
            after_ = event.position.first();
        }
    }

    Source source_;
    std::int64_t after_;
    std::int64_t last_ = 0;
    std::size_t left_;
    Page page_;
    std::size_t at_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CURSORS_HPP
