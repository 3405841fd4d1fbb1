// SPDX-License-Identifier: MIT

#ifndef ANNALS_CACHED_KEYS_HPP
#define ANNALS_CACHED_KEYS_HPP

#include <annals/concepts/key_store.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace annals {

/// Keeps what `find` has found in a key store for some time, so that a long history does not ask for the same key again
/// and again. So what another process forgets may be readable here for that time; what `forget` of this object, or of a
/// copy, forgets is so at once. `key_for` always asks the store: nothing new is sealed with a key that was deleted.
///
/// A handle: copies share what they keep. As safe for threads as the store.
/// @par Lifetime  Keeps a pointer to the key store, which must outlive it.
template <KeyStore Keys>
class CachedKeys {
public:
    using Clock = std::chrono::steady_clock;

    /// @param at_most  for how long a key is kept
    explicit CachedKeys(Keys& keys, Clock::duration at_most = std::chrono::seconds{1})
        : keys_{&keys}, at_most_{at_most} {}

    [[nodiscard]] SubjectKey key_for(std::string_view subject) { return keys_->key_for(subject); }

    [[nodiscard]] std::optional<SubjectKey> find(EventId const& id) const {
        Clock::time_point const now = Clock::now();
        std::uint64_t forgotten = 0;
        {
            std::lock_guard const lock{shared_->mutex};
            if (now - shared_->since >= at_most_) {
                shared_->keys.clear();
            }
            if (auto const kept = shared_->keys.find(id); kept != shared_->keys.end()) {
                return kept->second;
            }
            forgotten = shared_->forgotten;
        }
        std::optional<SubjectKey> const key = std::as_const(*keys_).find(id);
        std::lock_guard const lock{shared_->mutex};
        // What was forgotten meanwhile may have been this key.
        if (key && forgotten == shared_->forgotten) {
            // All go when the oldest is too old.
            shared_->since = shared_->keys.empty() ? now : (std::min)(shared_->since, now);
            shared_->keys.emplace(id, *key);
        }
        return key;
    }

    bool forget(std::string_view subject) {
        bool const is_known = keys_->forget(subject);
        std::lock_guard const lock{shared_->mutex};
        ++shared_->forgotten;
        shared_->keys.clear();
        return is_known;
    }

private:
    struct Shared {
        std::mutex mutex;
        std::map<EventId, SubjectKey> keys;
        Clock::time_point since{};
        std::uint64_t forgotten = 0; ///< how often
    };

    Keys* keys_;
    Clock::duration at_most_;
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace annals

#endif // ANNALS_CACHED_KEYS_HPP
