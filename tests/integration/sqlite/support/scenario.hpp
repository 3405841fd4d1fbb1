// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_SCENARIO_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_SCENARIO_HPP

#include <annals/annals.hpp>
#include <annals/projection_runner.hpp>
#include <annals/sqlite.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace integration {

/// A read model in the store's own file: the sum of all additions.
struct Sum {
    static constexpr std::string_view name = "sum";
    static constexpr bool takes_subset = true;
    using events = PlainCounter;

    void handle(Added const& event, annals::EventFacts const&, annals::sqlite::Transaction& in) const {
        in.run("UPDATE sum SET total = total + ?1", event.number);
    }
    static void make_table(annals::sqlite::Transaction& in) {
        in.execute("CREATE TABLE IF NOT EXISTS sum (total INTEGER);"
                   "INSERT INTO sum SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sum)");
    }
    static std::int64_t read(annals::sqlite::Transaction& in) {
        auto rows = in.query("SELECT total FROM sum");
        return rows.next() ? rows.integer(0) : 0;
    }
};

/// The usual things that are done with a store, one after another while anything may fail; and what
/// must be true of the store then.
class Scenario {
    auto repository() { return annals::repository_for<PlainCounter>(*store_, annals::EveryNEvents{2}); }

public:
    /// How the scenario may be broken itself, to see that its checks can fail.
    enum class Lie : std::uint8_t { none, unknown_is_refused, refused_is_done };

    explicit Scenario(std::string path, annals::sqlite::Options options, Lie lie = Lie::none)
        : path_{std::move(path)}, options_{options}, lie_{lie} {
        attempts_.push_back({{events_to("a", 1)}, Outcome::not_tried});
        attempts_.push_back({{events_to("b", 2), events_to("c", 3)}, Outcome::not_tried});
        counter_.add(100);
        counter_.subtract(7);
        counter_.add(1'000);
    }

    /// Does all of it. What fails is noted, and the next thing is tried.
    /// @param gives_up  nothing more is tried after a failure
    void run(bool gives_up = false) {
        gives_up_ = gives_up;
        attempt([&] { open(); });
        for (Attempt& tried : attempts_) {
            attempt([&] { append(tried); });
        }
        attempt([&] { save_counter(); });
        attempt([&] { load(); });
        attempt([&] { project(std::chrono::milliseconds{20}); });
        attempt([&] { read_everything(); });
    }

    /// To be called when nothing fails any more: looks at what is there, in a copy of the files as
    /// well, and does what was left undone.
    /// @param crashed  the file as a crash during the scenario has left it, if it matters
    void repeat(std::string const& crashed = {}) {
        if (!crashed.empty()) {
            check("the store after a crash", annals::SqliteEventStore{crashed, options_}, true);
        }
        open();
        check("the same store", *store_);
        store_.reset();
        open();
        check("a store opened anew", *store_);
        for (Attempt& tried : attempts_) {
            store_->append(parts_of(tried));
            tried.outcome = Outcome::done;
        }
        save_counter();
        check("the store after all was repeated", *store_);
        project(std::chrono::seconds{30});
        store_->transact([&](annals::sqlite::Transaction& in) {
            expect(Sum::read(in) == sum_of_all, "the read model is not the fold of the events");
        });
        expect(repository().get_by_id(counter_.id())->total() == 1'093, "the aggregate is not the fold of its events");
    }

    /// What was not as promised; empty if all was.
    [[nodiscard]] std::string const& complaint() const noexcept { return complaint_; }
    /// How many things have failed with an error of the library.
    [[nodiscard]] int failures() const noexcept { return failures_; }

private:
    static constexpr std::int64_t sum_of_all = 1 + 2 * 10 + 3 * 10 + 1'100;

    enum class Outcome : std::uint8_t { not_tried, done, refused, unknown };

    struct Part {
        annals::StreamName stream;
        std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    };
    struct Attempt {
        std::vector<Part> parts;
        Outcome outcome;
    };

    static Part events_to(std::string const& id, std::size_t count) {
        Part part{{"PlainCounter", id}, {}};
        for (std::size_t i = 0; i < count; ++i) {
            part.events.push_back(addition(count == 1 ? 1 : 10));
        }
        return part;
    }

    static std::vector<annals::StreamAppend<annals::EncodedPayload>> parts_of(Attempt const& of) {
        std::vector<annals::StreamAppend<annals::EncodedPayload>> parts;
        for (Part const& part : of.parts) {
            parts.push_back({part.stream, annals::ExpectedVersion::no_stream(), part.events});
        }
        return parts;
    }

    void expect(bool holds, std::string_view what) {
        if (!holds && complaint_.empty()) {
            complaint_ = what;
        }
    }

    void open() {
        if (!store_) {
            store_.emplace(path_, options_);
        }
        store_->transact(Sum::make_table);
    }

    void append(Attempt& tried) {
        // Made before, so that running out of memory means running out within the store.
        auto const parts = parts_of(tried);
        tried.outcome = Outcome::refused;
        try {
            store_->append(parts);
            tried.outcome = Outcome::done;
        } catch (annals::AppendOutcomeUnknown const&) {
            ++failures_;
            tried.outcome = lie_ == Lie::unknown_is_refused ? Outcome::refused : Outcome::unknown;
        } catch (annals::Error const&) {
            ++failures_;
            tried.outcome = lie_ == Lie::refused_is_done ? Outcome::done : Outcome::refused;
        } catch (std::bad_alloc const&) {
            ++failures_;
        } catch (std::exception const& error) {
            expect(false, std::string{"an append threw: "} + error.what());
        }
    }

    template <class Work>
    void attempt(Work&& work) {
        if (failures_ > 0 && (!store_ || gives_up_)) {
            return;
        }
        try {
            work();
        } catch (annals::Error const&) {
            ++failures_;
        } catch (std::bad_alloc const&) {
            ++failures_;
        } catch (std::exception const& error) {
            expect(false, std::string{"something threw: "} + error.what());
        }
    }

    void save_counter() {
        auto const version = counter_.version();
        auto const raised = counter_.uncommitted_events().size();
        try {
            repository().save(counter_);
        } catch (...) {
            expect(
                counter_.version() == version && counter_.uncommitted_events().size() == raised &&
                    counter_.total() == 1'093,
                "a failed save has changed the aggregate"
            );
            throw;
        }
    }

    void load() {
        auto const loaded = repository().get_by_id(counter_.id());
        if (counter_.version() > annals::Version{}) {
            expect(
                loaded && loaded->total() == counter_.total() && loaded->version() == counter_.version(),
                "a loaded aggregate is wrong"
            );
        }
    }

    /// @param time  after that it gives up what it tries again and again
    void project(std::chrono::milliseconds time) {
        using std::chrono::milliseconds;
        annals::ProjectionOptions const options{
            .batch = 2, .poll = milliseconds{1}, .lease = milliseconds{10}, .first_wait = milliseconds{1}
        };
        annals::ProjectionRunner{*store_, Sum{}, options}.catch_up(time);
    }

    void read_everything() const {
        for (auto const& event : store_->get_all_events()) {
            static_cast<void>(event);
        }
    }

    void check(std::string const& where, annals::SqliteEventStore const& store, bool is_earlier = false) {
        std::vector<annals::EventId> stored;
        for (auto const& event : store.get_all_events()) {
            stored.push_back(event.event_id);
            expect(
                event.position.first() == static_cast<std::int64_t>(stored.size()),
                where + " has a gap in its positions"
            );
        }
        for (Attempt const& tried : attempts_) {
            std::size_t all = 0;
            std::size_t found = 0;
            for (Part const& part : tried.parts) {
                std::size_t in_stream = 0;
                for (auto const& event : store.get_events(part.stream)) {
                    static_cast<void>(event);
                    ++in_stream;
                }
                std::size_t in_log = 0;
                for (auto const& event : part.events) {
                    for (annals::EventId const& id : stored) {
                        in_log += std::size_t{id == event.event_id};
                    }
                }
                expect(in_stream == in_log, where + " has a stream that is not as in the log");
                all += part.events.size();
                found += in_log;
            }
            expect(found == 0 || found == all, where + " has a part of a commit, or one twice");
            if (tried.outcome == Outcome::done && !is_earlier) {
                expect(found == all, where + " has lost a commit");
            }
            if (tried.outcome == Outcome::refused || tried.outcome == Outcome::not_tried) {
                expect(found == 0, where + " has a commit that was refused");
            }
        }
    }

    std::string path_;
    annals::sqlite::Options options_;
    Lie lie_;
    bool gives_up_ = false;
    std::optional<annals::SqliteEventStore> store_;
    std::vector<Attempt> attempts_;
    PlainCounter counter_{"saved"};
    std::string complaint_;
    int failures_ = 0;
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_SCENARIO_HPP
