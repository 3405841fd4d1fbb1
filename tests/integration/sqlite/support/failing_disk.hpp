// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FAILING_DISK_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FAILING_DISK_HPP

#include <tests/reliability/support/vfs_shim.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace integration {

using reliability::FileCall;
using reliability::FileOperation;

/// Which of SQLite's wishes fails, and how.
struct DiskFault {
    FileOperation operation;
    int code;      ///< what SQLite is told
    int nth = 1;   ///< the first wish of its kind that fails, from 1
    int times = 1; ///< how many fail in a row
};

/// A disk that fails when it is told to.
class FailingDisk : public reliability::VfsShim {
public:
    /// @param at_first_failure  called before SQLite learns of it
    void fail(DiskFault const& fault, std::function<void()> at_first_failure = {}) {
        fault_ = fault;
        at_first_failure_ = std::move(at_first_failure);
        count_ = 0;
        failures_ = 0;
    }
    void repair() noexcept { fault_.reset(); }

    /// How many wishes have failed since `fail`.
    [[nodiscard]] int failures() const noexcept { return failures_; }

private:
    int asked(FileCall const& call) override {
        if (!fault_ || call.operation != fault_->operation) {
            return SQLITE_OK;
        }
        ++count_;
        if (count_ < fault_->nth || count_ - fault_->nth >= fault_->times) {
            return SQLITE_OK;
        }
        if (++failures_ == 1 && at_first_failure_) {
            at_first_failure_();
        }
        return fault_->code;
    }

    std::optional<DiskFault> fault_;
    std::function<void()> at_first_failure_;
    int count_ = 0;
    int failures_ = 0;
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_FAILING_DISK_HPP
