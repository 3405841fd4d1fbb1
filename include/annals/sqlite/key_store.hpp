// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_KEY_STORE_HPP
#define ANNALS_SQLITE_KEY_STORE_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/limits.hpp>
#include <annals/sqlite/detail/key_file.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// Keeps the keys of data subjects in an SQLite file of its own, apart from the events. A handle: copies are the same
/// store. Thread-safe, and for several processes at once.
///
/// `forget` writes the file anew, so that nothing of the key is left in it when it returns; it takes as long as there
/// are keys. No log keeps it either: the file has a rollback journal, which is removed with each commit. What is out of
/// reach: copies and backups of the file, snapshots of the file system, and blocks of the disk that are free, but not
/// used again yet.
///
/// The file has the permissions that others have which the process makes: put it into a folder that only the
/// application may read.
class SqliteKeyStore {
public:
    /// Opens the file, and makes it if there is none. `:memory:` is a store that goes with its handles.
    /// @param busy_timeout  how long an operation waits for other processes before it throws a transient `StoreError`
    /// @throws StoreError   if it cannot be opened
    /// @throws CorruptData  if it is no key store, or damaged
    explicit SqliteKeyStore(
        std::string const& path, std::chrono::milliseconds busy_timeout = std::chrono::milliseconds{5'000}
    )
        : file_{std::make_shared<sqlite::detail::KeyFile>(path, busy_timeout)} {}

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    /// @throws StoreError, CorruptData  if the file cannot be used
    [[nodiscard]] SubjectKey key_for(std::string_view subject) {
        require_name("data subject", subject);
        return file_->key_for(subject);
    }

    /// @throws StoreError, CorruptData  if the file cannot be read
    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) const { return file_->find(id); }

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    /// @throws StoreError, CorruptData  if the file cannot be used; the key may be deleted, but its bytes in the file
    ///                                  still: call it again
    bool forget(std::string_view subject) {
        require_name("data subject", subject);
        return file_->remove(subject);
    }

private:
    std::shared_ptr<sqlite::detail::KeyFile> file_;
};

static_assert(KeyStore<SqliteKeyStore>);

} // namespace annals

#endif // ANNALS_SQLITE_KEY_STORE_HPP
