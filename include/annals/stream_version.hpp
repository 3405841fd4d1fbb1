// SPDX-License-Identifier: MIT

#ifndef ANNALS_STREAM_VERSION_HPP
#define ANNALS_STREAM_VERSION_HPP

#include <annals/error.hpp>

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace annals {

/// The place of an event in its stream: 1, 2, 3, ... without holes. 0 stands before the first event.
class Version {
public:
    /// Before the first event.
    constexpr Version() noexcept = default;

    /// @throws InvalidInput  if `value` is negative
    constexpr explicit Version(std::int64_t value) : value_{value} {
        if (value < 0) {
            throw InvalidInput{"annals: a version cannot be negative"};
        }
    }

    [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }

    /// The version that follows.
    /// @throws InvalidInput  at 2^63-1, the last version a stream can have
    [[nodiscard]] constexpr Version next() const { return advanced_by(1); }

    /// Whether this is the version that follows `other`.
    [[nodiscard]] constexpr bool follows(Version other) const noexcept { return value_ - other.value_ == 1; }

    /// The version `events` later.
    /// @throws InvalidInput  past 2^63-1, the last version a stream can have
    [[nodiscard]] constexpr Version advanced_by(std::int64_t events) const {
        if (events > (std::numeric_limits<std::int64_t>::max)() - value_) {
            throw InvalidInput{"annals: the stream is full, its version cannot grow any more"};
        }
        return Version{value_ + events};
    }

    [[nodiscard]] friend constexpr bool operator==(Version, Version) noexcept = default;
    [[nodiscard]] friend constexpr std::strong_ordering operator<=>(Version, Version) noexcept = default;

private:
    std::int64_t value_ = 0;
};

[[nodiscard]] inline std::string to_text(Version version) { return std::to_string(version.value()); }

/// What the author of an append has seen of the stream; the append is refused if it is no longer so.
class ExpectedVersion {
public:
    /// No matter what is there. Still idempotent by event id.
    [[nodiscard]] static constexpr ExpectedVersion any() noexcept { return {Kind::any, {}}; }
    /// The stream has no events yet.
    [[nodiscard]] static constexpr ExpectedVersion no_stream() noexcept { return {Kind::exactly, {}}; }
    /// The stream has at least one event.
    [[nodiscard]] static constexpr ExpectedVersion stream_exists() noexcept { return {Kind::stream_exists, {}}; }
    /// The last event of the stream has this version. `exactly(Version{0})` is `no_stream()`.
    [[nodiscard]] static constexpr ExpectedVersion exactly(Version version) noexcept {
        return {Kind::exactly, version};
    }

    /// Whether a stream whose last event has version `current` (0: no events) is as expected.
    [[nodiscard]] constexpr bool admits(Version current) const noexcept {
        switch (kind_) {
        case Kind::exactly:
            return current == version_;
        case Kind::stream_exists:
            return current > Version{};
        case Kind::any:
            break;
        }
        return true;
    }

    /// The version that `exactly` was given; 0 for the other expectations.
    [[nodiscard]] constexpr Version version() const noexcept { return version_; }

    [[nodiscard]] friend constexpr bool operator==(ExpectedVersion, ExpectedVersion) noexcept = default;

    /// For messages: `any version`, `no stream`, `an existing stream`, `version 3`.
    [[nodiscard]] friend std::string to_text(ExpectedVersion expected) {
        switch (expected.kind_) {
        case Kind::exactly:
            return expected.version_ == Version{} ? "no stream" : "version " + to_text(expected.version_);
        case Kind::stream_exists:
            return "an existing stream";
        case Kind::any:
            break;
        }
        return "any version";
    }

private:
    enum class Kind : std::uint8_t { any, stream_exists, exactly };

    constexpr ExpectedVersion(Kind kind, Version version) noexcept : kind_{kind}, version_{version} {}

    Kind kind_;
    Version version_;
};

} // namespace annals

#endif // ANNALS_STREAM_VERSION_HPP
