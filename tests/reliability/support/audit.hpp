// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_AUDIT_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_AUDIT_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/reliability/support/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reliability {

/// What an audit has found wrong.
struct Findings {
    std::int64_t lost = 0;       ///< acknowledged commits that are not there
    std::int64_t half = 0;       ///< commits of which only a part is there
    std::int64_t disordered = 0; ///< versions or positions skipped, repeated or going back
    std::int64_t unreadable = 0; ///< failures to read
    std::string first_error;     ///< what the first of those said

    [[nodiscard]] bool are_none() const noexcept {
        return lost == 0 && half == 0 && disordered == 0 && unreadable == 0;
    }
};

/// Reads what the writers of `Commit`s have left in a store, and compares it with what they should
/// have. It goes on where it ended, so that it can be repeated while the store grows.
class Audit {
public:
    explicit Audit(int writers) : commits_(static_cast<std::size_t>(writers)), versions_(commits_.size()) {}

    /// Reads the events that are new, in global order and stream by stream.
    /// @param acknowledged  called with a writer's number, says how many of its commits the store
    ///                      has acknowledged
    template <class Acknowledged>
    void check(annals::SqliteEventStore const& store, Acknowledged&& acknowledged) {
        std::vector<Versions> const seen_before = versions_;
        try {
            read_log(store);
            read_streams(store, seen_before);
        } catch (annals::Error const& error) {
            found(findings_.unreadable, error.what());
        }
        for (std::size_t writer = 0; writer < commits_.size(); ++writer) {
            std::int64_t const promised = acknowledged(writer);
            if (commits_[writer] < promised) {
                findings_.lost += promised - commits_[writer];
            }
            if (commits_[writer] > promised + 1) {
                ++findings_.disordered; // more than could have been under way
            }
        }
    }

    [[nodiscard]] Findings const& findings() const noexcept { return findings_; }

    /// The commits of the writer that are stored.
    [[nodiscard]] std::int64_t commits(std::size_t writer) const { return commits_[writer]; }
    /// Where the streams of the writer stand.
    [[nodiscard]] Versions const& versions(std::size_t writer) const { return versions_[writer]; }
    /// The events of all writers that are stored.
    [[nodiscard]] std::size_t events() const noexcept { return writers_.size(); }

    /// How many of the first `events` events each writer has written.
    [[nodiscard]] std::vector<std::int64_t> events_by_writer(std::size_t events) const {
        std::vector<std::int64_t> counts(commits_.size());
        for (std::size_t i = 0; i < events && i < writers_.size(); ++i) {
            ++counts[writers_[i]];
        }
        return counts;
    }

private:
    void read_log(annals::SqliteEventStore const& store) {
        std::optional<Written> unfinished;
        for (auto const& stored : store.read_all(after_)) {
            // One writer at a time, and nothing is ever removed: no gaps.
            if (stored.position.first() != after_.first() + 1) {
                ++findings_.disordered;
            }
            after_ = stored.position;
            WrittenEvent const event = annals::JsonCodec<WrittenEvent>{}.decode(stored);
            take(std::get<Written>(event), unfinished);
            place(stored);
        }
        if (unfinished) {
            ++findings_.half;
        }
    }

    void take(Written const& event, std::optional<Written>& unfinished) {
        auto const writer = static_cast<std::size_t>(event.writer);
        bool const goes_on = unfinished && unfinished->writer == event.writer && unfinished->commit == event.commit &&
                             unfinished->index + 1 == event.index;
        if (unfinished && !goes_on) {
            ++findings_.half;
        } else if (!unfinished && event.index != 0) {
            ++findings_.half;
        } else if (!unfinished && event.commit != commits_.at(writer) + 1) {
            ++findings_.disordered;
        }
        writers_.push_back(static_cast<std::uint8_t>(writer));
        unfinished = event;
        if (event.index + 1 == event.of) {
            commits_.at(writer) = event.commit;
            unfinished.reset();
        }
    }

    void place(annals::SourcedEvent<annals::EncodedPayload> const& stored) {
        for (std::size_t writer = 0; writer < versions_.size(); ++writer) {
            for (std::size_t stream = 0; stream < streams_per_writer; ++stream) {
                annals::Version& version = versions_[writer][stream];
                if (stored.stream == stream_of(static_cast<int>(writer), stream)) {
                    if (stored.version != version.next()) {
                        ++findings_.disordered;
                    }
                    version = stored.version;
                }
            }
        }
    }

    void read_streams(annals::SqliteEventStore const& store, std::vector<Versions> const& seen_before) {
        for (std::size_t writer = 0; writer < versions_.size(); ++writer) {
            for (std::size_t stream = 0; stream < streams_per_writer; ++stream) {
                auto const name = stream_of(static_cast<int>(writer), stream);
                annals::Version version = seen_before[writer][stream];
                for (auto const& stored : store.get_events(name, version)) {
                    version = stored.version;
                }
                if (version != versions_[writer][stream] || version != store.stream_version(name)) {
                    ++findings_.disordered;
                }
            }
        }
    }

    void found(std::int64_t& count, std::string what) {
        if (findings_.first_error.empty()) {
            findings_.first_error = std::move(what);
        }
        ++count;
    }

    annals::Position after_;
    std::vector<std::int64_t> commits_;
    std::vector<Versions> versions_;
    std::vector<std::uint8_t> writers_; ///< of each event, in global order
    Findings findings_;
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_AUDIT_HPP
