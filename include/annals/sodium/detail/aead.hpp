// SPDX-License-Identifier: MIT

#ifndef ANNALS_SODIUM_DETAIL_AEAD_HPP
#define ANNALS_SODIUM_DETAIL_AEAD_HPP

#include <annals/detail/id_bytes.hpp>
#include <annals/payload_transform.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sodium.h>
#include <string>
#include <string_view>
#include <utility>

// Authenticated encryption: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), whose nonce is long enough to be random.

namespace annals::sodium::detail {

inline constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
inline constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

using Key = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

/// What a sealed text is bound to. A text goes in with its length, so that no two lists have the same bytes.
class AssociatedData {
public:
    AssociatedData(std::string_view purpose, PayloadPlace const& place) {
        add(purpose);
        add(place.stream.aggregate_type());
        add(place.stream.aggregate_id());
        add(annals::detail::bytes_of(place.event_id));
        add(static_cast<std::uint64_t>(place.version.value()));
    }

    void add(std::uint64_t number) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            bytes_ += static_cast<char>(number >> shift);
        }
    }
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        bytes_ += text;
    }

    [[nodiscard]] std::string const& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

inline unsigned char* bytes_of(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }
inline unsigned char const* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<unsigned char const*>(text.data());
}

/// To be called before anything else of libsodium's. @throws Error  if it cannot be used on this machine
inline void require_sodium() {
    static bool const is_ready = ::sodium_init() >= 0;
    if (!is_ready) {
        throw Error{"annals: libsodium cannot be initialised"};
    }
}

/// Appends a new random nonce, the encrypted text and its tag.
inline void append_sealed(std::string& to, Key const& key, std::string_view bound_to, std::string_view text) {
    require_sodium();
    std::size_t const begin = to.size();
    to.resize(begin + nonce_bytes + text.size() + tag_bytes);
    unsigned char* const nonce = bytes_of(to) + begin;
    ::randombytes_buf(nonce, nonce_bytes);
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + nonce_bytes,
        nullptr,
        bytes_of(text),
        text.size(),
        bytes_of(bound_to),
        bound_to.size(),
        nullptr,
        nonce,
        key.data()
    );
}

/// The way back; nothing if it was changed, is bound to something else, or was sealed with another key.
[[nodiscard]] inline std::optional<std::string>
open_sealed(Key const& key, std::string_view bound_to, std::string_view sealed) {
    require_sodium();
    if (sealed.size() < nonce_bytes + tag_bytes) {
        return std::nullopt;
    }
    std::string text(sealed.size() - nonce_bytes - tag_bytes, '\0');
    int const result = ::crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(text),
        nullptr,
        nullptr,
        bytes_of(sealed) + nonce_bytes,
        sealed.size() - nonce_bytes,
        bytes_of(bound_to),
        bound_to.size(),
        bytes_of(sealed),
        key.data()
    );
    return result == 0 ? std::optional{std::move(text)} : std::nullopt;
}

} // namespace annals::sodium::detail

#endif // ANNALS_SODIUM_DETAIL_AEAD_HPP
