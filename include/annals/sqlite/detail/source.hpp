// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_SOURCE_HPP
#define ANNALS_SQLITE_DETAIL_SOURCE_HPP

#include <annals/sqlite/detail/database.hpp>

#include <memory>
#include <utility>

namespace annals::sqlite::detail {

/// Where reads go: to any reading connection of the file, or to the one that holds the caller's transaction.
class Source {
public:
    explicit Source(std::shared_ptr<Database> database) : database_{std::move(database)} {}
    explicit Source(Connection& transaction) : transaction_{&transaction} {}

    /// Null in a transaction.
    [[nodiscard]] std::shared_ptr<Database> const& database() const noexcept { return database_; }

    template <class Work>
    auto read(Work&& work) const {
        return transaction_ == nullptr ? database_->with_reader(work) : work(*transaction_);
    }

private:
    std::shared_ptr<Database> database_;
    Connection* transaction_ = nullptr;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_SOURCE_HPP
