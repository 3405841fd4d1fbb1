// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_KEY_TABLE_HPP
#define ANNALS_POSTGRES_DETAIL_KEY_TABLE_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/detail/new_subject_key.hpp>
#include <annals/postgres/detail/lock_keys.hpp>
#include <annals/postgres/detail/open_transaction.hpp>
#include <annals/postgres/detail/repeatable.hpp>
#include <annals/postgres/schema.hpp>
#include <annals/stream_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres {

/// How a key store uses its server.
struct KeyStoreOptions {
    /// The schema that holds the table; a name as that of an event store's.
    std::string schema = "annals_keys";
    std::size_t pool_size = 2;
    std::chrono::milliseconds deadline{10'000};
    std::chrono::milliseconds lock_timeout{5'000};
    /// Make the table if there is none. Off for a role that may not; see `key_schema_sql`.
    bool create_table = true;
    /// Have the table written anew each time a key is deleted, which holds others up meanwhile and takes its owner. Off
    /// where somebody else does it soon enough: `VACUUM FULL annals_keys.subject_keys`.
    bool erase_at_once = true;
};

/// The statements that make the table of a key store, in one transaction.
/// @throws InvalidInput  if the schema's name is not acceptable
[[nodiscard]] inline std::vector<std::string> key_schema_sql(KeyStoreOptions const& options = {}) {
    require_schema_name(options.schema);
    return {
        detail::in_schema(options.schema, "CREATE SCHEMA IF NOT EXISTS @"),
        detail::in_schema(
            options.schema,
            "CREATE TABLE @.subject_keys ("
            "key_id uuid NOT NULL CONSTRAINT subject_keys_key PRIMARY KEY, "
            "subject varchar(255) NOT NULL CONSTRAINT subject_keys_subject_key UNIQUE, "
            "key bytea NOT NULL CONSTRAINT subject_keys_length CHECK (length(key) = 32), "
            "made_at timestamptz NOT NULL)"
        ),
    };
}

namespace detail {

/// The table of a key store, and its connections. Thread-safe.
class KeyTable {
public:
    KeyTable(std::string const& conninfo, KeyStoreOptions options)
        : options_{std::move(options)}, pool_{conninfo, options_for_pool(options_)} {
        Deadline const until{options_.deadline};
        repeatable(pool_, until, [&](Connection& connection) {
            if (options_.create_table) {
                make(connection, until);
            }
            check(connection, until);
            return true;
        });
    }

    [[nodiscard]] SubjectKey key_for(std::string_view subject) {
        Deadline const until{options_.deadline};
        return repeatable(pool_, until, [&](Connection& connection) {
            while (true) { // until nobody has deleted it between the two statements
                if (auto const known = key_in(connection.run(by_subject_, Parameters::of(subject), until))) {
                    return *known;
                }
                SubjectKey const made = annals::detail::new_subject_key();
                Parameters parameters = Parameters::of(made.id, subject, view_of(made));
                if (key_in(connection.run(insert_, std::move(parameters), until))) {
                    confirm(connection, until);
                    return made;
                }
            }
        });
    }

    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) {
        Deadline const until{options_.deadline};
        return repeatable(pool_, until, [&](Connection& connection) {
            return key_in(connection.run(by_id_, Parameters::of(id), until));
        });
    }

    bool remove(std::string_view subject) {
        Deadline const until{options_.deadline};
        bool was_there = false;
        repeatable(pool_, until, [&](Connection& connection) {
            was_there = connection.run(delete_, Parameters::of(subject), until).rows() > 0 || was_there;
            confirm(connection, until);
            return true;
        });
        if (options_.erase_at_once) {
            repeatable(pool_, until, [&](Connection& connection) {
                connection.run(rewrite_, {}, until);
                if (connection.saw_warning()) { // which is all that the server does about it
                    throw PostgresError{"42501", "only the owner of the table can have it written anew", {}};
                }
                return true;
            });
        }
        return was_there;
    }

private:
    [[nodiscard]] static Options options_for_pool(KeyStoreOptions const& options) {
        Options result;
        result.schema = options.schema;
        result.pool_size = options.pool_size;
        result.deadline = options.deadline;
        result.lock_timeout = options.lock_timeout;
        return result;
    }

    /// Several processes may do this at once.
    void make(Connection& connection, Deadline const& until) const {
        if (is_there(connection, until)) {
            return;
        }
        OpenTransaction const transaction{connection, until};
        connection.begin();
        std::int64_t const lock = LockKeys{options_.schema}.schema();
        connection.run("SELECT pg_advisory_xact_lock($1::int8)", Parameters::of(lock), until);
        if (!is_there(connection, until)) {
            for (std::string const& statement : key_schema_sql(options_)) {
                connection.run(statement, {}, until);
            }
        }
        connection.commit(until);
    }

    [[nodiscard]] bool is_there(Connection& connection, Deadline const& until) const {
        constexpr std::string_view sql = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n "
                                         "ON n.oid = c.relnamespace "
                                         "WHERE n.nspname = $1::text AND c.relname = 'subject_keys')";
        return connection.run(sql, Parameters::of(std::string_view{options_.schema}), until).boolean(0, 0);
    }

    /// Two keys of one subject, or keys that a crash takes away, would be fatal and go unnoticed.
    void check(Connection& connection, Deadline const& until) const {
        std::string const sql = in_schema(
            options_.schema,
            "SELECT (SELECT count(*) FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid "
            "WHERE k.conrelid = c.oid AND i.indisvalid AND pg_get_constraintdef(k.oid) IN "
            "('PRIMARY KEY (key_id)', 'UNIQUE (subject)')) = 2 AND (SELECT count(*) FROM pg_attribute a "
            "WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attnotnull AND a.attname || ' ' || "
            "format_type(a.atttypid, a.atttypmod) IN ('key_id uuid', 'subject character varying(255)', 'key bytea', "
            "'made_at timestamp with time zone')) = 4 AND c.relpersistence = 'p' AND NOT c.relrowsecurity AND NOT "
            "EXISTS "
            "(SELECT FROM pg_rewrite WHERE ev_class = c.oid) AND NOT EXISTS (SELECT FROM pg_trigger "
            "WHERE tgrelid = c.oid) FROM pg_class c WHERE c.oid = '@.subject_keys'::regclass"
        );
        if (!connection.run(sql, {}, until).boolean(0, 0)) {
            throw CorruptData{"the table of keys in schema '" + options_.schema + "' is not as it must be"};
        }
    }

    /// If the wait for the standby was cut short, waits again.
    static void confirm(Connection& connection, Deadline const& until) {
        if (connection.saw_warning()) {
            connection.run("SELECT pg_logical_emit_message(true, 'annals', '')", {}, until);
            if (connection.saw_warning()) {
                throw PostgresError{"40003", "the server warned while it committed", {}};
            }
        }
    }

    [[nodiscard]] static std::string_view view_of(SubjectKey const& key) {
        return {reinterpret_cast<char const*>(key.bytes.data()), key.bytes.size()};
    }

    /// The key in the first row.
    [[nodiscard]] static std::optional<SubjectKey> key_in(Result const& answer) {
        if (answer.rows() == 0) {
            return std::nullopt;
        }
        SubjectKey key{id_from_bytes(answer.text(0, 0)), {}};
        std::string_view const bytes = answer.text(0, 1);
        if (bytes.size() != key.bytes.size()) {
            throw CorruptData{"a key in the key store has not the length of one"};
        }
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            key.bytes[i] = static_cast<unsigned char>(bytes[i]);
        }
        return key;
    }

    [[nodiscard]] std::string in_store(char const* sql) const { return in_schema(options_.schema, sql); }

    KeyStoreOptions options_;
    Pool pool_;
    std::string by_subject_ = in_store("SELECT key_id, key FROM @.subject_keys WHERE subject = $1::text");
    std::string by_id_ = in_store("SELECT key_id, key FROM @.subject_keys WHERE key_id = $1::uuid");
    std::string insert_ = in_store("INSERT INTO @.subject_keys (key_id, subject, key, made_at) "
                                   "VALUES ($1::uuid, $2::text, $3::bytea, clock_timestamp()) "
                                   "ON CONFLICT (subject) DO NOTHING RETURNING key_id, key");
    std::string delete_ = in_store("DELETE FROM @.subject_keys WHERE subject = $1::text RETURNING key_id");
    std::string rewrite_ = in_store("VACUUM FULL @.subject_keys");
};

} // namespace detail

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_DETAIL_KEY_TABLE_HPP
