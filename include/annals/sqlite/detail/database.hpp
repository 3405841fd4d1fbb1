// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_DATABASE_HPP
#define ANNALS_SQLITE_DETAIL_DATABASE_HPP

#include <annals/detail/this_thread.hpp>
#include <annals/sqlite/detail/schema.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#    include <unistd.h>
#endif

namespace annals::sqlite::detail {

/// The connections of one store to its file: one that writes, and as many that read as threads read at once.
///
/// A database in memory lives in a single connection, which then does both. Thread-safe.
class Database {
public:
    Database(std::string path, Options const& options)
        : path_{std::move(path)}, options_{options},
          writer_{std::make_unique<Connection>(path_, options_, Connection::Role::founder)} {
        prepare_schema(*writer_, path_);
        if (!is_in_memory()) {
            // Later connections must find the same file, wherever the process has gone to by then.
            path_ = sqlite3_db_filename(writer_->handle(), "main");
        }
    }
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;
    ~Database() {
        if (!is_own_process()) {
            // To close in a child what its parent has opened could break the file. Leave it to the end of the child.
            static_cast<void>(writer_.release());
            for (auto& reader : readers_) {
                static_cast<void>(reader.release());
            }
        }
    }

    /// What seals the payloads; null for nothing.
    [[nodiscard]] PayloadTransform const* payloads() const noexcept { return options_.payloads.get(); }

    /// Calls `work` with the writing connection; no other thread of this process has it meanwhile.
    /// @throws UsageError  if this thread has it already, or the process is a fork of the one that opened the file
    /// @throws StoreError  transient, if other threads keep it longer than the busy timeout
    template <class Work>
    decltype(auto) with_writer(Work&& work) {
        require_free_to_write();
        std::unique_lock const lock{writer_mutex_, patience()};
        if (!lock.owns_lock()) {
            throw_error(SQLITE_BUSY, "begin", "another thread is writing");
        }
        Owner const owner{*this};
        if (!writer_) {
            writer_ = std::make_unique<Connection>(path_, options_, Connection::Role::writer);
        }
        return std::forward<Work>(work)(*writer_);
    }

    /// @throws UsageError  as `with_writer`
    void require_free_to_write() const {
        require_own_process();
        if (writing_thread_ == annals::detail::this_thread()) {
            throw UsageError{"annals: inside a transaction of an SQLite store, write through that transaction"};
        }
    }

    /// How long to wait for other threads. A year stands for ever: the longest duration there is cannot be added to
    /// now.
    [[nodiscard]] std::chrono::milliseconds patience() const noexcept {
        std::chrono::milliseconds const year = std::chrono::hours{24 * 365};
        return options_.busy_timeout < year ? options_.busy_timeout : year;
    }

    /// Calls `work` with a connection to read with.
    template <class Work>
    decltype(auto) with_reader(Work&& work) {
        require_own_process();
        if (is_in_memory()) {
            if (writing_thread_ == annals::detail::this_thread()) {
                return std::forward<Work>(work)(*writer_);
            }
            return with_writer(std::forward<Work>(work));
        }
        Borrowed const borrowed{*this};
        return std::forward<Work>(work)(*borrowed.connection);
    }

    /// A connection of its own for who keeps it; none to a database in memory.
    [[nodiscard]] std::unique_ptr<Connection> open_reader() const {
        require_own_process();
        return is_in_memory() ? nullptr : std::make_unique<Connection>(path_, options_, Connection::Role::reader);
    }

    /// To be called inside `with_writer`: the connection is in an unknown state, the next use opens a new one.
    ///
    /// A database in memory would be lost with its connection, so there it stays.
    void drop_writer() noexcept {
        if (!is_in_memory()) {
            writer_.reset();
        }
    }

private:
    struct Owner {
        explicit Owner(Database& owned) : database{owned} { database.writing_thread_ = annals::detail::this_thread(); }
        Owner(Owner const&) = delete;
        Owner& operator=(Owner const&) = delete;
        ~Owner() {
            if (database.writer_ && database.writer_->is_in_transaction()) {
                // Without memory not even a rollback succeeds. Nobody else could write until the connection is closed.
                database.drop_writer();
            }
            database.writing_thread_ = nullptr;
        }

        Database& database;
    };

    struct Borrowed {
        explicit Borrowed(Database& owner) : database{owner} {
            {
                std::lock_guard const lock{database.readers_mutex_};
                if (!database.readers_.empty()) {
                    connection = std::move(database.readers_.back());
                    database.readers_.pop_back();
                }
            }
            if (!connection) {
                connection = std::make_unique<Connection>(database.path_, database.options_, Connection::Role::reader);
            }
        }
        Borrowed(Borrowed const&) = delete;
        Borrowed& operator=(Borrowed const&) = delete;
        ~Borrowed() {
            std::lock_guard const lock{database.readers_mutex_};
            try {
                database.readers_.push_back(std::move(connection));
            } catch (...) {
                // No room to keep it: the next reader opens another one.
                connection.reset();
            }
        }

        Database& database;
        std::unique_ptr<Connection> connection;
    };

    [[nodiscard]] bool is_in_memory() const noexcept { return path_ == ":memory:"; }

    [[nodiscard]] bool is_own_process() const noexcept {
#if defined(_WIN32)
        return true;
#else
        return ::getpid() == process_;
#endif
    }

    /// SQLite connections do not survive a fork: parent and child would share locks and break the file.
    void require_own_process() const {
        if (!is_own_process()) {
            throw UsageError{"annals: an SQLite store was opened before a fork; open it in the process that uses it"};
        }
    }

    std::string path_;
    Options options_;
    std::timed_mutex writer_mutex_;
    std::unique_ptr<Connection> writer_;
    std::atomic<annals::detail::ThreadMark> writing_thread_{nullptr};
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<Connection>> readers_;
#if !defined(_WIN32)
    ::pid_t process_ = ::getpid();
#endif
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_DATABASE_HPP
