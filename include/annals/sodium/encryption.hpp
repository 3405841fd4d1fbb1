// SPDX-License-Identifier: MIT

#ifndef ANNALS_SODIUM_ENCRYPTION_HPP
#define ANNALS_SODIUM_ENCRYPTION_HPP

#include <annals/payload_pipeline.hpp>
#include <annals/sodium/detail/aead.hpp>
#include <annals/sodium/key_ring.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// Encrypts whole payloads, so that who has the database without the key ring has names, times and metadata only.
///
/// A payload is bound to its stream and event: put into another row, or changed, it is unreadable. It does not keep an
/// intruder from writing a payload that is not encrypted, for those are read as well.
///
/// To change the key, put the new one in front and keep the old ones, for stored events are never written again.
class Encryption {
public:
    static constexpr std::string_view name = "aead";
    static constexpr bool keeps_text = false;

    explicit Encryption(KeyRing keys) : keys_{std::move(keys)} {}

    [[nodiscard]] std::optional<std::string> seal(PayloadPlace const& place, std::string_view text) const {
        NamedKey const& key = keys_.first();
        std::string sealed(1, static_cast<char>(key.name.size()));
        sealed += key.name;
        sodium::detail::append_sealed(sealed, key.bytes, bound_to(place), text);
        return sealed;
    }

    /// @throws UnreadablePayload  if it was changed, belongs to another event, or its key is not in the ring
    [[nodiscard]] std::string open(PayloadPlace const& place, std::string_view sealed) const {
        std::size_t const length = sealed.empty() ? 0 : static_cast<unsigned char>(sealed.front());
        if (sealed.size() < 1 + length) {
            throw UnreadablePayload{"annals: an encrypted payload is incomplete"};
        }
        NamedKey const* const key = keys_.find(sealed.substr(1, length));
        if (key == nullptr) {
            throw UnreadablePayload{"annals: a payload is encrypted with a key that is not in the key ring"};
        }
        auto text = sodium::detail::open_sealed(key->bytes, bound_to(place), sealed.substr(1 + length));
        if (!text) {
            throw UnreadablePayload{"annals: an encrypted payload was changed, or belongs to another event"};
        }
        return *std::move(text);
    }

private:
    [[nodiscard]] static std::string bound_to(PayloadPlace const& place) {
        return sodium::detail::AssociatedData{"annals:aead", place}.bytes();
    }

    KeyRing keys_;
};

static_assert(PayloadStage<Encryption>);

} // namespace annals

#endif // ANNALS_SODIUM_ENCRYPTION_HPP
