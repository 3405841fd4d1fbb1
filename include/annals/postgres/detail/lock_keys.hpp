// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_LOCK_KEYS_HPP
#define ANNALS_POSTGRES_DETAIL_LOCK_KEYS_HPP

#include <annals/detail/crc32c.hpp>
#include <annals/stream_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace annals::postgres::detail {

/// The keys of a store's advisory locks. They are 64 bits for a whole database: 8 bits that are this library's, 14 of
/// the schema's name, 1 that tells announcements from the rest, and 41 for the lock's own value.
///
/// They are the same in every process, whatever its standard library. Two stores whose names have the same 14 bits
/// wait for each other now and then, and do no harm.
class LockKeys {
public:
    static constexpr std::int64_t announcement_bit = std::int64_t{1} << 41;
    static constexpr std::int64_t value_bits = announcement_bit - 1;
    /// A lock a stream would exhaust the server's table of locks; streams that share one wait for each other.
    static constexpr std::size_t stripes = 1'024;

    explicit LockKeys(std::string_view schema) noexcept : prefix_{prefix_of(schema)} {}

    [[nodiscard]] static std::size_t stripe_of(StreamName const& stream) noexcept {
        annals::detail::Crc32c hash;
        hash.add(stream.aggregate_type());
        hash.add(stream.aggregate_id());
        return hash.value() % stripes;
    }
    [[nodiscard]] std::int64_t stripe(std::size_t number) const noexcept {
        return prefix_ | static_cast<std::int64_t>(number);
    }
    [[nodiscard]] std::int64_t stream(StreamName const& stream) const noexcept { return stripe(stripe_of(stream)); }

    /// To be completed by the position above which the announcer will draw its own.
    [[nodiscard]] std::int64_t announcement() const noexcept { return prefix_ | announcement_bit; }

    /// For whoever makes or changes the tables.
    [[nodiscard]] std::int64_t schema() const noexcept { return stripe(stripes); }

private:
    [[nodiscard]] static std::int64_t prefix_of(std::string_view schema) noexcept {
        annals::detail::Crc32c hash;
        hash.add(schema);
        return static_cast<std::int64_t>((std::uint64_t{0xA7} << 56U) | (std::uint64_t{hash.value() & 0x3FFFU} << 42U));
    }

    std::int64_t prefix_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_LOCK_KEYS_HPP
