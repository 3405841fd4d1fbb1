// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_LOAD_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_LOAD_HPP

#include <tests/reliability/postgres/support/claims.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

namespace reliability {

/// Writers that append to a stream each, whatever happens to the server, until they are told to stop.
class Load {
public:
    Load(annals::PostgresEventStore const& store, std::size_t writers) {
        for (std::size_t i = 0; i < writers; ++i) {
            writers_.push_back(std::async(std::launch::async, [this, store, i] { return write(store, i); }));
        }
    }
    Load(Load const&) = delete;
    Load& operator=(Load const&) = delete;
    ~Load() { is_over_ = true; }

    /// How many appends were acknowledged so far.
    [[nodiscard]] int acknowledged() const noexcept { return acknowledged_; }
    /// How many calls have failed so far; each was made again with the same events.
    [[nodiscard]] int failures() const noexcept { return failures_; }

    /// Waits until so many more appends were acknowledged. @throws what a writer has thrown
    void wait_for(int more) {
        for (int const enough = acknowledged_ + more; acknowledged_ < enough;) {
            for (auto& writer : writers_) {
                if (writer.wait_for(std::chrono::milliseconds{1}) == std::future_status::ready) {
                    writer.get();
                }
            }
        }
    }

    /// Stops the writers. @returns what they were told
    [[nodiscard]] Claims stop() {
        is_over_ = true;
        Claims all;
        for (auto& writer : writers_) {
            all.add(writer.get());
        }
        return all;
    }

private:
    Claims write(annals::PostgresEventStore store, std::size_t stream) {
        Claims claims;
        annals::Version version;
        while (!is_over_) {
            Events const events = new_events(1 + claims.all.size() % 3);
            try {
                version = append(store, stream, version, events);
                claims.add(stream, events, version);
                ++acknowledged_;
            } catch (annals::ConcurrencyError const& error) {
                ++claims.conflicts; // nobody else writes to its stream
                version = error.actual();
            }
        }
        return claims;
    }

    annals::Version
    append(annals::PostgresEventStore& store, std::size_t stream, annals::Version version, Events const& events) {
        while (true) {
            try {
                return store.append(ledger(stream), annals::ExpectedVersion::exactly(version), events).version;
            } catch (annals::StoreError const& error) {
                if (!error.is_transient()) {
                    throw;
                }
            } catch (annals::AppendOutcomeUnknown const&) {
            } catch (annals::DeadlineExceeded const&) {
            }
            ++failures_;
        }
    }

    std::atomic<int> acknowledged_{0};
    std::atomic<int> failures_{0};
    std::atomic<bool> is_over_{false};
    std::vector<std::future<Claims>> writers_; // the last, so that their end is waited for while the others live
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_LOAD_HPP
