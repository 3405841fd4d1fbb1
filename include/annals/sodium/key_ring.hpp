// SPDX-License-Identifier: MIT

#ifndef ANNALS_SODIUM_KEY_RING_HPP
#define ANNALS_SODIUM_KEY_RING_HPP

#include <annals/limits.hpp>
#include <annals/sodium/detail/aead.hpp>

#include <array>
#include <initializer_list>
#include <sodium.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// A key with the name that is stored with what it has sealed: a year, or the id of the key in a vault.
struct NamedKey {
    std::string name;
    std::array<unsigned char, 32> bytes{};
};

/// The keys of an application: the first seals, all open. `KeyRing{{"2026", key}, {"2025", old_key}}`.
class KeyRing {
public:
    /// @throws UsageError    if there is none, or two have the same name
    /// @throws InvalidInput  if a name breaks the limits of names
    explicit KeyRing(std::vector<NamedKey> keys) : keys_{std::move(keys)} {
        if (keys_.empty()) {
            throw UsageError{"annals: a key ring needs a key"};
        }
        for (NamedKey const& key : keys_) {
            require_name("key", key.name);
            if (find(key.name) != &key) {
                throw UsageError{"annals: two keys of a key ring have the name '" + key.name + "'"};
            }
        }
    }
    KeyRing(std::initializer_list<NamedKey> keys) : KeyRing{std::vector<NamedKey>(keys)} {}

    /// 32 random bytes.
    [[nodiscard]] static std::array<unsigned char, 32> new_key() {
        sodium::detail::require_sodium();
        std::array<unsigned char, 32> key{};
        ::randombytes_buf(key.data(), key.size());
        return key;
    }

    [[nodiscard]] NamedKey const& first() const noexcept { return keys_.front(); }

    /// @returns null if there is none of that name
    [[nodiscard]] NamedKey const* find(std::string_view name) const noexcept {
        for (NamedKey const& key : keys_) {
            if (key.name == name) {
                return &key;
            }
        }
        return nullptr;
    }

private:
    std::vector<NamedKey> keys_;
};

} // namespace annals

#endif // ANNALS_SODIUM_KEY_RING_HPP
