// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_KEY_STORE_HPP
#define ANNALS_POSTGRES_KEY_STORE_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/limits.hpp>
#include <annals/postgres/detail/key_table.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// Keeps the keys of data subjects in a PostgreSQL schema of its own, best in another database than the events, with
/// backups of its own. A handle: copies are the same store. Thread-safe, and for several processes at once. Each call
/// ends within the deadline.
///
/// `forget` deletes the key and has the table written anew, since the space of a deleted row keeps its bytes: when it
/// returns, the table holds them no more, unless a transaction older than the call is still open. What is out of reach:
/// backups, archived logs and standbys' files until they are overwritten, so keep those of the keys short.
class PostgresKeyStore {
public:
    /// Connects, makes the table if there is none, and checks it.
    ///
    /// @param conninfo  libpq's connection string; not of a pooler in transaction mode
    /// @throws InvalidInput             if the string or an option cannot be used
    /// @throws postgres::ConnectionLost if no server answers
    /// @throws CorruptData              if the table is not as it must be
    explicit PostgresKeyStore(std::string const& conninfo, postgres::KeyStoreOptions const& options = {})
        : table_{std::make_shared<postgres::detail::KeyTable>(conninfo, options)} {}

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    /// @throws StoreError, DeadlineExceeded  if the server does not answer or refuses
    [[nodiscard]] SubjectKey key_for(std::string_view subject) {
        require_name("data subject", subject);
        return table_->key_for(subject);
    }

    /// @throws StoreError, DeadlineExceeded  if the server does not answer
    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) const { return table_->find(id); }

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    /// @throws StoreError, DeadlineExceeded  if the server does not answer or refuses; the key may be deleted, but its
    ///                                       bytes in the table still: call it again
    bool forget(std::string_view subject) {
        require_name("data subject", subject);
        return table_->remove(subject);
    }

private:
    std::shared_ptr<postgres::detail::KeyTable> table_;
};

static_assert(KeyStore<PostgresKeyStore>);

} // namespace annals

#endif // ANNALS_POSTGRES_KEY_STORE_HPP
