// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_GATED_DISK_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_GATED_DISK_HPP

#include <tests/reliability/support/vfs_shim.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace integration {

/// A disk that can keep who wants it to sync waiting, and that can fail once. Thread-safe.
class GatedDisk : public reliability::VfsShim {
public:
    void close() {
        std::lock_guard const lock{mutex_};
        is_open_ = false;
    }
    void open() {
        std::lock_guard const lock{mutex_};
        is_open_ = true;
        changed_.notify_all();
    }
    /// Waits until somebody waits at the closed gate.
    void wait_for_a_sync() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return waiting_ > 0; });
    }
    /// The first sync after those that wait at the gate.
    void fail_next_sync() {
        std::lock_guard const lock{mutex_};
        fails_sync_ = true;
    }
    void fail_next_write() {
        std::lock_guard const lock{mutex_};
        fails_write_ = true;
    }
    [[nodiscard]] int syncs() const {
        std::lock_guard const lock{mutex_};
        return syncs_;
    }

private:
    int asked(reliability::FileCall const& call) override {
        std::unique_lock lock{mutex_};
        if (call.operation == reliability::FileOperation::write && std::exchange(fails_write_, false)) {
            return SQLITE_FULL;
        }
        if (call.operation != reliability::FileOperation::sync) {
            return SQLITE_OK;
        }
        ++syncs_;
        if (!is_open_) {
            ++waiting_;
            changed_.notify_all();
            changed_.wait(lock, [this] { return is_open_; });
            --waiting_;
            return SQLITE_OK;
        }
        return std::exchange(fails_sync_, false) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = true;
    bool fails_sync_ = false;
    bool fails_write_ = false;
    int waiting_ = 0;
    int syncs_ = 0;
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_GATED_DISK_HPP
