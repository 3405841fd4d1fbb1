// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_WIRE_HPP
#define ANNALS_POSTGRES_DETAIL_WIRE_HPP

#include <annals/detail/id_bytes.hpp>
#include <annals/timestamp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// The binary format of parameters and results: numbers in network order, times in microseconds since 2000.

namespace annals::postgres::detail {

using annals::detail::bytes_of;
using annals::detail::id_from_bytes;

/// Type oids, from PostgreSQL's catalogue (src/include/catalog/pg_type.dat); fixed for ever.
enum class ElementType : std::uint32_t { int8 = 20, int4 = 23, text = 25, timestamptz = 1184, uuid = 2950, json = 114 };

/// In unsigned numbers, for a damaged time (infinity, say) may be too large. What comes of it no checksum matches.
inline constexpr std::uint64_t micros_to_2000 = 946'684'800'000'000;

template <class Integer>
[[nodiscard]] constexpr std::array<char, sizeof(Integer)> big_endian(Integer value) {
    auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
    std::array<char, sizeof(Integer)> bytes{};
    for (std::size_t i = sizeof(Integer); i-- > 0; bits = static_cast<std::make_unsigned_t<Integer>>(bits >> 8U)) {
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bits));
    }
    return bytes;
}

template <class Integer>
void put(std::string& out, Integer value) {
    auto const bytes = big_endian(value);
    out.append(bytes.data(), bytes.size());
}

template <class Integer>
[[nodiscard]] Integer get(std::string_view bytes) {
    std::make_unsigned_t<Integer> value = 0;
    for (std::size_t i = 0; i < sizeof(Integer) && i < bytes.size(); ++i) {
        value = static_cast<std::make_unsigned_t<Integer>>((value << 8U) | static_cast<unsigned char>(bytes[i]));
    }
    return static_cast<Integer>(value);
}

inline void put_value(std::string& out, bool value) { out += value ? '\1' : '\0'; }
inline void put_value(std::string& out, std::int64_t value) { put(out, value); }
inline void put_value(std::string& out, std::int32_t value) { put(out, value); }
inline void put_value(std::string& out, std::string_view value) { out.append(value); }
inline void put_value(std::string& out, EventId const& value) { out.append(bytes_of(value)); }
inline void put_value(std::string& out, Timestamp value) {
    put(out, static_cast<std::uint64_t>(value.time_since_epoch().count()) - micros_to_2000);
}

[[nodiscard]] inline Timestamp timestamp_from(std::int64_t micros_since_2000) {
    auto const micros = static_cast<std::uint64_t>(micros_since_2000) + micros_to_2000;
    return Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(micros)}};
}

inline void overwrite(std::string& out, std::size_t at, std::size_t value) {
    auto const bytes = big_endian(static_cast<std::int32_t>(value));
    out.replace(at, bytes.size(), bytes.data(), bytes.size());
}

/// The value behind its length, as in arrays and COPY.
template <class Value>
void put_sized(std::string& out, Value const& value) {
    std::size_t const length_at = out.size();
    put(out, std::int32_t{0});
    put_value(out, value);
    overwrite(out, length_at, out.size() - length_at - 4);
}

/// An array parameter under construction: one dimension, no nulls.
class ArrayValue {
public:
    explicit ArrayValue(ElementType element) {
        bytes_.reserve(128);
        put(bytes_, std::int32_t{1});
        put(bytes_, std::int32_t{0});
        put(bytes_, static_cast<std::uint32_t>(element));
        put(bytes_, std::int32_t{0}); // the length, known at the end
        put(bytes_, std::int32_t{1});
    }

    template <class Value>
    void add(Value const& value) {
        put_sized(bytes_, value);
        ++count_;
    }

    [[nodiscard]] std::string const& bytes() {
        overwrite(bytes_, 12, count_);
        return bytes_;
    }

private:
    std::string bytes_;
    std::size_t count_ = 0;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_WIRE_HPP
