// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_SOURCE_HPP
#define ANNALS_SQLITE_DETAIL_SOURCE_HPP

#include <annals/sqlite/detail/database.hpp>

#include <memory>
#include <utility>

namespace annals::sqlite::detail {

/// Where reads go: to any reading connection of the file, or to the one that holds the caller's transaction; and who
/// opens what was sealed.
class Source {
public:
    /// @param payloads  null to read all as it is stored
    Source(std::shared_ptr<Database> database, PayloadTransform const* payloads)
        : database_{std::move(database)}, payloads_{payloads} {}
    Source(Connection& transaction, PayloadTransform const* payloads)
        : transaction_{&transaction}, payloads_{payloads} {}

    /// Null in a transaction.
    [[nodiscard]] std::shared_ptr<Database> const& database() const noexcept { return database_; }
    [[nodiscard]] PayloadTransform const* payloads() const noexcept { return payloads_; }

    template <class Work>
    auto read(Work&& work) const {
        return transaction_ == nullptr ? database_->with_reader(work) : work(*transaction_);
    }

private:
    std::shared_ptr<Database> database_;
    Connection* transaction_ = nullptr;
    PayloadTransform const* payloads_;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_SOURCE_HPP
