// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SEALER_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SEALER_HPP

#include <annals/detail/crc32c.hpp>
#include <annals/payload_transform.hpp>
#include <annals/postgres/error.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace integration::postgres {

/// Seals so that nobody reads it by chance, never twice the same, and bound to its place. Counts, and fails on demand.
class Sealer : public annals::PayloadTransform {
public:
    [[nodiscard]] std::string seal(annals::PayloadPlace const& place, std::string_view data) const override {
        std::string sealed{beginning};
        sealed += std::to_string(++sealed_) + ':' + bound_to(place) + ':';
        for (char const c : data) {
            auto const byte = static_cast<unsigned char>(c);
            sealed += digits[byte >> 4U];
            sealed += digits[byte & 15U];
        }
        return sealed + '"';
    }

    [[nodiscard]] std::string open(annals::PayloadPlace const& place, std::string_view data) const override {
        if (is_out_of_order) {
            throw annals::postgres::ConnectionLost{"the key store does not answer", "08006"};
        }
        if (!data.starts_with(beginning)) {
            return std::string{data};
        }
        data.remove_prefix(data.find(':', beginning.size()) + 1);
        std::size_t const colon = data.find(':');
        if (data.substr(0, colon) != bound_to(place)) {
            throw annals::UnreadablePayload{"annals: sealed for another place"};
        }
        data = data.substr(colon + 1, data.size() - colon - 2);
        std::string opened;
        for (std::size_t at = 0; at + 1 < data.size(); at += 2) {
            opened += static_cast<char>(digits.find(data[at]) * 16 + digits.find(data[at + 1]));
        }
        return opened;
    }

    [[nodiscard]] bool
    is_same(annals::PayloadPlace const& place, std::string_view a, std::string_view b) const override {
        return open(place, a) == open(place, b);
    }

    [[nodiscard]] std::size_t sealed() const noexcept { return sealed_; }

    std::atomic<bool> is_out_of_order = false;

private:
    static constexpr std::string_view beginning = "\"sealed:";
    static constexpr std::string_view digits = "0123456789abcdef";

    [[nodiscard]] static std::string bound_to(annals::PayloadPlace const& place) {
        annals::detail::Crc32c hash;
        hash.add(to_text(place.stream) + ' ' + annals::to_text(place.event_id) + ' ' + to_text(place.version));
        return std::to_string(hash.value());
    }

    mutable std::atomic<std::size_t> sealed_ = 0;
};

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SEALER_HPP
