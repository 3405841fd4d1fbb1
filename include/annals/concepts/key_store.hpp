// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_KEY_STORE_HPP
#define ANNALS_CONCEPTS_KEY_STORE_HPP

#include <annals/event_id.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <string_view>

namespace annals {

/// A key of a data subject. `id` is random and never used again.
struct SubjectKey {
    EventId id{};
    std::array<unsigned char, 32> bytes{};
};

/// Keeps the keys of data subjects, apart from the events: not in their database, nor in its backups.
///
/// **key_for** gives the subject's key, and makes one, durable when it returns, if there is none; two callers at once
/// are given the same. **find** gives the key with that id, or nothing: it was deleted. **forget** deletes the keys of
/// the subject, for ever and from the disk as far as the store's page says, and tells whether there was one. What is
/// written about the subject later has a new key. Several threads, handles and processes at once.
///
/// Models: InMemoryKeyStore, SqliteKeyStore, PostgresKeyStore. `annals/testing/key_store_contract.hpp` checks it.
template <class S>
concept KeyStore = requires(S& store, S const& view, std::string_view subject, EventId const& id) {
    { store.key_for(subject) } -> std::same_as<SubjectKey>;
    { view.find(id) } -> std::same_as<std::optional<SubjectKey>>;
    { store.forget(subject) } -> std::same_as<bool>;
};

} // namespace annals

#endif // ANNALS_CONCEPTS_KEY_STORE_HPP
