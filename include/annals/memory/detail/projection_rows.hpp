// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_PROJECTION_ROWS_HPP
#define ANNALS_MEMORY_DETAIL_PROJECTION_ROWS_HPP

#include <annals/projection_status.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace annals::detail {

/// What an in-memory store knows of projections. Within `transact` only.
class MemoryProjectionRows {
public:
    [[nodiscard]] std::vector<ProjectionStatus> all() const {
        return chosen([](auto const&) { return true; });
    }
    [[nodiscard]] std::vector<ProjectionStatus> of(std::string_view name) const {
        return chosen([name](ProjectionStatus const& row) { return row.key.name == name; });
    }
    [[nodiscard]] std::optional<ProjectionStatus> find(ProjectionKey const& key) const {
        auto rows = chosen([&key](ProjectionStatus const& row) { return row.key == key; });
        return rows.empty() ? std::nullopt : std::optional{std::move(rows.front())};
    }
    // There is one transaction at a time.
    [[nodiscard]] std::optional<ProjectionStatus> lock(ProjectionKey const& key) const { return find(key); }
    [[nodiscard]] std::optional<ProjectionStatus> share(ProjectionKey const& key) const { return find(key); }
    bool insert(ProjectionStatus const& row) { return rows_.try_emplace(order_of(row.key), row).second; }
    void update(ProjectionStatus const& row) { rows_[order_of(row.key)] = row; }

    void add(DeadLetter letter) {
        letter.failed_at = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
        dead_letters_.push_back(std::move(letter));
    }
    [[nodiscard]] std::vector<DeadLetter> dead_letters(std::string_view name) const {
        std::vector<DeadLetter> letters;
        for (DeadLetter const& letter : dead_letters_) {
            if (letter.key.name == name) {
                letters.push_back(letter);
            }
        }
        return letters;
    }
    bool remove(DeadLetter const& gone) {
        return std::erase_if(dead_letters_, [&gone](DeadLetter const& letter) {
                   return letter.key == gone.key && letter.position == gone.position;
               }) > 0;
    }

private:
    using Order = std::tuple<std::string, std::int64_t, std::int32_t>;
    [[nodiscard]] static Order order_of(ProjectionKey const& key) { return {key.name, key.generation, key.part}; }

    template <class Choice>
    [[nodiscard]] std::vector<ProjectionStatus> chosen(Choice const& is_chosen) const {
        std::vector<ProjectionStatus> rows;
        for (auto const& [key, row] : rows_) {
            if (is_chosen(row)) {
                rows.push_back(row);
                rows.back().now = now();
            }
        }
        return rows;
    }

    /// A clock that nobody sets, since it decides about leases.
    [[nodiscard]] static Timestamp now() {
        auto const passed = std::chrono::steady_clock::now().time_since_epoch();
        return Timestamp{std::chrono::duration_cast<std::chrono::microseconds>(passed)};
    }

    std::map<Order, ProjectionStatus> rows_;
    std::vector<DeadLetter> dead_letters_;
};

/// The one copy of them, changed by one at a time.
class MemoryProjectionTable {
public:
    /// Calls `work` with the rows; if it throws they are as they were.
    template <class Work>
    auto transact(Work&& work) {
        std::lock_guard const lock{mutex_};
        MemoryProjectionRows changed = rows_;
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, MemoryProjectionRows&>>) {
            work(changed);
            rows_ = std::move(changed);
        } else {
            auto result = work(changed);
            rows_ = std::move(changed);
            return result;
        }
    }

private:
    std::mutex mutex_;
    MemoryProjectionRows rows_;
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_PROJECTION_ROWS_HPP
