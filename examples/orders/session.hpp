// SPDX-License-Identifier: MIT

#ifndef ORDERS_SESSION_HPP
#define ORDERS_SESSION_HPP

#include "stores.hpp"

#include <filesystem>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <variant>

namespace orders {

/// One run of the program: its store, opened when a subcommand first needs it, and what has come of it.
class Session {
public:
    static constexpr std::string_view sqlite_prefix = "sqlite:";

    std::string store_name = "sqlite:orders.db"; ///< or `memory`
    bool is_complete = true;                     ///< whether all that was asked for has been done

    /// Calls `work` with the store.
    /// @param may_create  whether a file that does not exist is made, rather than refused
    template <class Work>
    void with_store(bool may_create, Work&& work) {
        if (std::holds_alternative<std::monostate>(store_)) {
            open(may_create);
        }
        if (auto* const memory = std::get_if<MemoryStore>(&store_)) {
            work(*memory);
        } else {
            work(std::get<SqliteStore>(store_));
        }
    }

    /// What events are to say of their origin: the user, and the subcommand that raised them.
    [[nodiscard]] static annals::Metadata metadata(std::string const& subcommand) {
        annals::Metadata metadata;
        ::passwd const* const user = ::getpwuid(::geteuid()); // NOLINT(concurrency-mt-unsafe): one thread
        metadata.user = user != nullptr ? printable(user->pw_name) : std::to_string(::geteuid());
        metadata.extra["program"] = "orders " + subcommand;
        return metadata;
    }

private:
    void open(bool may_create) {
        if (store_name == "memory") {
            store_.emplace<MemoryStore>();
            return;
        }
        std::string const file = store_name.substr(sqlite_prefix.size());
        if (!may_create && !std::filesystem::exists(file)) {
            throw std::runtime_error{"there is no store '" + file + "' yet"};
        }
        store_.emplace<SqliteStore>(file);
    }

    std::variant<std::monostate, MemoryStore, SqliteStore> store_;
};

} // namespace orders

#endif // ORDERS_SESSION_HPP
