// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_APPEND_WATCH_HPP
#define ANNALS_SQLITE_DETAIL_APPEND_WATCH_HPP

#include <annals/detail/this_thread.hpp>
#include <annals/sqlite/detail/database.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace annals::sqlite::detail {

/// Waits for commits of all other connections to the file: looks every few milliseconds at SQLite's `data_version`,
/// which reads a counter in shared memory. A database in memory has no other connections, and then it only waits.
class AppendWatch {
public:
    explicit AppendWatch(Database const& database) : connection_{database.open_reader()} {}

    /// @returns true if there may have been one since the last call
    /// @throws StoreError  if the file cannot be read
    [[nodiscard]] bool operator()(std::chrono::milliseconds time) {
        auto const until = std::chrono::steady_clock::now() + time;
        while (true) {
            std::int64_t const now = data_version();
            if (std::exchange(seen_, now) != now) {
                return true;
            }
            if (std::chrono::steady_clock::now() >= until) {
                return false;
            }
            annals::detail::sleep_for(time < pause ? time : pause);
        }
    }

private:
    static constexpr std::chrono::milliseconds pause{5};

    [[nodiscard]] std::int64_t data_version() const {
        if (!connection_) {
            return seen_;
        }
        Rows rows = connection_->query("PRAGMA data_version");
        return rows.next() ? rows.integer(0) : seen_;
    }

    std::shared_ptr<Connection> connection_; // shared, since a std::function copies what it holds
    std::int64_t seen_ = -1;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_APPEND_WATCH_HPP
