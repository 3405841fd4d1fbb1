// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_KEY_STORE_HPP
#define ANNALS_MEMORY_KEY_STORE_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/detail/new_subject_key.hpp>
#include <annals/limits.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// Keeps the keys of data subjects in memory, for tests: when it goes, all that was sealed with them is forgotten. A
/// handle: copies share their keys. Thread-safe.
class InMemoryKeyStore {
public:
    /// @throws InvalidInput  if the subject's id breaks the limits of names
    [[nodiscard]] SubjectKey key_for(std::string_view subject) {
        require_name("data subject", subject);
        std::lock_guard const lock{shared_->mutex};
        auto found = shared_->ids.find(subject);
        if (found == shared_->ids.end()) {
            SubjectKey const key = detail::new_subject_key();
            shared_->keys.emplace(key.id, key);
            found = shared_->ids.emplace(subject, key.id).first;
        }
        return shared_->keys.at(found->second);
    }

    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) const {
        std::lock_guard const lock{shared_->mutex};
        auto const found = shared_->keys.find(id);
        return found == shared_->keys.end() ? std::nullopt : std::optional{found->second};
    }

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    bool forget(std::string_view subject) {
        require_name("data subject", subject);
        std::lock_guard const lock{shared_->mutex};
        auto const found = shared_->ids.find(subject);
        if (found == shared_->ids.end()) {
            return false;
        }
        shared_->keys.erase(found->second);
        shared_->ids.erase(found);
        return true;
    }

private:
    struct Shared {
        std::mutex mutex;
        std::map<std::string, EventId, std::less<>> ids; ///< of the keys, by their subjects
        std::map<EventId, SubjectKey> keys;
    };
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

static_assert(KeyStore<InMemoryKeyStore>);

} // namespace annals

#endif // ANNALS_MEMORY_KEY_STORE_HPP
