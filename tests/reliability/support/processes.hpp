// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_PROCESSES_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_PROCESSES_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <signal.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace reliability {

/// A child process that runs a function, then ends with status 0, or 1 if the function threw.
///
/// No store may be open when it is made. Killed at the end of the scope if it still runs then.
class Process {
public:
    template <class Work>
    explicit Process(Work&& work) : id_{::fork()} {
        if (id_ < 0) {
            throw std::runtime_error{"cannot fork"};
        }
        if (id_ == 0) {
            run(work);
        }
    }
    Process(Process&& other) noexcept : id_{std::exchange(other.id_, 0)} {}
    Process(Process const&) = delete;
    Process& operator=(Process const&) = delete;
    Process& operator=(Process&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Process() {
        if (id_ > 0) {
            kill();
            wait();
        }
    }

    /// kill -9: the process gets no chance to do anything.
    void kill() const { ::kill(id_, SIGKILL); }

    /// Waits for its end. @returns whether it ended by itself without an exception
    bool wait() {
        int status = 0;
        ::wait4(std::exchange(id_, 0), &status, 0, &usage_);
        was_killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    /// After `wait`.
    [[nodiscard]] bool was_killed() const noexcept { return was_killed_; }

    /// After `wait`: the most memory that it ever had.
    [[nodiscard]] long peak_kibibytes() const noexcept { return usage_.ru_maxrss; }

private:
    template <class Work>
    [[noreturn]] static void run(Work& work) {
        int status = 0;
        try {
            work();
        } catch (std::exception const& error) {
            std::fprintf(stderr, "child process: %s\n", error.what());
            status = 1;
        } catch (...) {
            status = 1;
        }
        // Not exit(): the destructors and the buffers belong to the parent.
        ::_exit(status);
    }

    ::pid_t id_;
    bool was_killed_ = false;
    ::rusage usage_{};
};

/// Numbers that parent and children share, all 0 at first. What a process wrote before it was
/// killed is there.
class SharedCounters {
public:
    explicit SharedCounters(std::size_t count) : bytes_{count * sizeof(Counter)} {
        int const protection = PROT_READ | PROT_WRITE;
        void* const memory = ::mmap(nullptr, bytes_, protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::runtime_error{"cannot share memory"};
        }
        counters_ = static_cast<Counter*>(memory);
        for (std::size_t i = 0; i < count; ++i) {
            new (counters_ + i) Counter{0};
        }
    }
    SharedCounters(SharedCounters const&) = delete;
    SharedCounters& operator=(SharedCounters const&) = delete;
    ~SharedCounters() { ::munmap(counters_, bytes_); }

    [[nodiscard]] std::atomic<std::int64_t>& operator[](std::size_t i) const noexcept { return counters_[i]; }

private:
    using Counter = std::atomic<std::int64_t>;
    static_assert(Counter::is_always_lock_free, "a lock could be lost with its process");

    std::size_t bytes_;
    Counter* counters_;
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_PROCESSES_HPP
