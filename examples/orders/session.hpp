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
    std::string store_name = "sqlite:orders.db"; ///< or `memory`, or `postgres:CONNINFO`
    bool is_complete = true;                     ///< whether all that was asked for has been done

    /// Calls `work` with the store.
    /// @param may_create  whether a file or tables that do not exist are made, rather than refused
    template <class Work>
    void with_store(bool may_create, Work&& work) {
        if (std::holds_alternative<std::monostate>(store_)) {
            open(may_create);
        }
        if (auto* const memory = std::get_if<MemoryStore>(&store_)) {
            work(*memory);
        } else if (auto* const sqlite = std::get_if<SqliteStore>(&store_)) {
            work(*sqlite);
        } else {
            work(std::get<PostgresStore>(store_));
        }
    }

    /// Whether `open` would know what to do with the name.
    [[nodiscard]] static bool is_store_name(std::string_view name) {
        return name == "memory" || !after(sqlite_prefix, name).empty() || !after(postgres_prefix, name).empty();
    }

    /// What events are to say of their origin: the user, the subcommand that raised them, and a conversation that
    /// begins with it.
    [[nodiscard]] static annals::Metadata metadata(std::string const& subcommand) {
        annals::Metadata metadata;
        metadata.correlation_id = annals::to_text(annals::new_event_id());
        ::passwd const* const user = ::getpwuid(::geteuid()); // NOLINT(concurrency-mt-unsafe): one thread
        metadata.user = user != nullptr ? printable(user->pw_name) : std::to_string(::geteuid());
        metadata.extra["program"] = "orders " + subcommand;
        return metadata;
    }

private:
    static constexpr std::string_view sqlite_prefix = "sqlite:";
    static constexpr std::string_view postgres_prefix = "postgres:";

    [[nodiscard]] static std::string after(std::string_view prefix, std::string_view name) {
        return std::string{name.starts_with(prefix) ? name.substr(prefix.size()) : std::string_view{}};
    }

    void open(bool may_create) {
        if (store_name == "memory") {
            store_.emplace<MemoryStore>();
            return;
        }
        if (std::string const conninfo = after(postgres_prefix, store_name); !conninfo.empty()) {
            store_.emplace<PostgresStore>(conninfo, annals::postgres::Options{.create_tables = may_create});
            return;
        }
        std::string const file = after(sqlite_prefix, store_name);
        if (!may_create && !std::filesystem::exists(file)) {
            throw std::runtime_error{"there is no store '" + file + "' yet"};
        }
        store_.emplace<SqliteStore>(file);
    }

    std::variant<std::monostate, MemoryStore, SqliteStore, PostgresStore> store_;
};

} // namespace orders

#endif // ORDERS_SESSION_HPP
