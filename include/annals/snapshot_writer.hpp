// SPDX-License-Identifier: MIT

#ifndef ANNALS_SNAPSHOT_WRITER_HPP
#define ANNALS_SNAPSHOT_WRITER_HPP

#include <annals/concepts/snapshot_policy.hpp>
#include <annals/error.hpp>
#include <annals/stream_name.hpp>

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace annals {

/// A thread that writes the snapshots of any number of repositories, so that no save waits for one.
///
/// ```
/// annals::SnapshotWriter writer;
/// auto orders = annals::repository_for<Order>(store, writer.in_background(annals::EveryNEvents{100}));
/// ```
/// A save copies the state and hands it over; to make sure that the stream still holds the events behind it, to encode
/// it and to write it is left to the thread. Snapshots that wait are in memory: when the process dies, they are lost,
/// and the next load replays some events more.
///
/// The writer must outlive the repositories that use it, and their stores the writer: declare it between them. A store
/// that is a transaction is none to use it with, as it is over before the thread comes to it. All members may be called
/// from several threads at once.
class SnapshotWriter {
public:
    /// @param capacity  how many snapshots may wait; what is beyond is dropped, until the thread has caught up
    /// @throws InvalidInput       if that is 0
    /// @throws std::system_error  if no thread can be started
    explicit SnapshotWriter(std::size_t capacity = 1'000) : capacity_{capacity} {
        if (capacity == 0) {
            throw InvalidInput{"annals: a SnapshotWriter needs room for one snapshot at least"};
        }
        thread_ = std::thread{[this] { run(); }};
    }
    SnapshotWriter(SnapshotWriter const&) = delete;
    SnapshotWriter& operator=(SnapshotWriter const&) = delete;

    /// Writes what still waits.
    ~SnapshotWriter() {
        {
            std::lock_guard const lock{mutex_};
            is_stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    /// A policy whose snapshots a `SnapshotWriter` takes.
    template <SnapshotPolicy Policy>
    class Background {
    public:
        Background(SnapshotWriter& writer, Policy policy) : writer_{&writer}, policy_{std::move(policy)} {}

        [[nodiscard]] bool is_due(SnapshotFacts const& facts) const { return policy_.is_due(facts); }

        template <class Job>
        void defer(void const* store, StreamName const& stream, Job job) const {
            writer_->push(store, stream, std::make_unique<TypedJob<Job>>(std::move(job)));
        }

    private:
        SnapshotWriter* writer_;
        Policy policy_;
    };

    /// The same policy; its snapshots are written by this thread.
    template <SnapshotPolicy Policy>
    [[nodiscard]] Background<Policy> in_background(Policy policy) {
        static_assert(!DeferringPolicy<Policy>, "annals: this policy's snapshots are in the background already");
        return {*this, std::move(policy)};
    }

    /// Waits until all snapshots that were handed over before are written, or have failed.
    void flush() {
        std::unique_lock lock{mutex_};
        std::uint64_t const last = last_number_;
        changed_.wait(lock, [this, last] { return done_ >= last; });
    }

    /// How many could not be written.
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }
    /// How many came when there was no room.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    class Job {
    public:
        Job() = default;
        Job(Job const&) = delete;
        Job& operator=(Job const&) = delete;
        virtual ~Job() = default;
        virtual void run() = 0;
    };

    template <class F>
    class TypedJob final : public Job {
    public:
        explicit TypedJob(F job) : job_{std::move(job)} {}
        void run() override { job_(); }

    private:
        F job_;
    };

    struct Waiting {
        void const* store;
        StreamName stream;
        std::unique_ptr<Job> job;
        std::uint64_t number; ///< 1, 2, 3, ...: the jobs are done in that order
    };

    /// Takes the place of the job of the same stream that waits, if there is one.
    void push(void const* store, StreamName const& stream, std::unique_ptr<Job> job) {
        std::list<Waiting> one;
        one.push_back({store, stream, std::move(job), 0}); // what is replaced or dropped goes after the lock has
        {
            std::lock_guard const lock{mutex_};
            for (Waiting& other : waiting_) {
                if (other.store == store && other.stream == stream) {
                    other.job.swap(one.front().job);
                    return;
                }
            }
            if (waiting_.size() == capacity_) {
                ++dropped_;
                return;
            }
            one.front().number = ++last_number_;
            waiting_.splice(waiting_.end(), one);
        }
        changed_.notify_all();
    }

    void run() {
        std::unique_lock lock{mutex_};
        while (true) {
            changed_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) {
                return;
            }
            std::list<Waiting> one;
            one.splice(one.end(), waiting_, waiting_.begin());
            lock.unlock();
            std::uint64_t const number = one.front().number;
            try {
                one.front().job->run();
            } catch (...) {
                ++failures_;
            }
            one.clear();
            lock.lock();
            done_ = number;
            changed_.notify_all();
        }
    }

    std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Waiting> waiting_;
    std::uint64_t last_number_ = 0;
    std::uint64_t done_ = 0;
    bool is_stopping_ = false;
    std::atomic<std::uint64_t> failures_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::thread thread_;
};

} // namespace annals

#endif // ANNALS_SNAPSHOT_WRITER_HPP
