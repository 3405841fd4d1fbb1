// SPDX-License-Identifier: MIT

#ifndef ANNALS_ZSTD_COMPRESSION_HPP
#define ANNALS_ZSTD_COMPRESSION_HPP

#include <annals/limits.hpp>
#include <annals/payload_pipeline.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <zstd.h>

namespace annals {

/// Compresses payloads, each by itself: small events hardly gain, snapshots and documents much.
///
/// What compresses well tells its length to who sees the database: beside `Encryption`, do not let somebody else's text
/// stand in one payload with a secret.
class ZstdCompression {
public:
    static constexpr std::string_view name = "zstd";
    static constexpr bool keeps_text = false;

    /// @param level     Zstandard's own: 3 is its default, a negative one is faster, 19 smaller
    /// @param at_least  shorter payloads stay as they are
    /// @throws UsageError  if there is no such level
    explicit ZstdCompression(int level = 3, std::size_t at_least = 512) : level_{level}, at_least_{at_least} {
        if (level < ::ZSTD_minCLevel() || level > ::ZSTD_maxCLevel()) {
            throw UsageError{"annals: Zstandard has no level " + std::to_string(level)};
        }
    }

    /// @returns nothing if it is short, or would be no shorter as it is stored
    [[nodiscard]] std::optional<std::string> seal(PayloadPlace const&, std::string_view text) const {
        if (text.size() < at_least_ || text.empty() || text.size() > max_text_bytes) {
            return std::nullopt;
        }
        thread_local std::unique_ptr<::ZSTD_CCtx, Free> const context{::ZSTD_createCCtx()};
        if (!context) {
            throw std::bad_alloc{};
        }
        std::string bytes(::ZSTD_compressBound(text.size()), '\0');
        std::size_t const size =
            ::ZSTD_compressCCtx(context.get(), bytes.data(), bytes.size(), text.data(), text.size(), level_);
        if (::ZSTD_isError(size) != 0) {
            throw Error{std::string{"annals: Zstandard cannot compress a payload: "} + ::ZSTD_getErrorName(size)};
        }
        bytes.resize(size);
        bool const is_shorter = (size + 2) / 3 * 4 < text.size();
        return is_shorter ? std::optional{std::move(bytes)} : std::nullopt;
    }

    /// @throws UnreadablePayload  if it is not what `seal` has made, or would be larger than any payload
    [[nodiscard]] std::string open(PayloadPlace const&, std::string_view bytes) const {
        // Both of Zstandard's values for "not known" are larger.
        auto const size = ::ZSTD_getFrameContentSize(bytes.data(), bytes.size());
        if (size > max_text_bytes) {
            throw UnreadablePayload{"annals: a compressed payload does not say its size, or is too large"};
        }
        thread_local std::unique_ptr<::ZSTD_DCtx, Free> const context{::ZSTD_createDCtx()};
        if (!context) {
            throw std::bad_alloc{};
        }
        std::string text(static_cast<std::size_t>(size), '\0');
        if (::ZSTD_decompressDCtx(context.get(), text.data(), text.size(), bytes.data(), bytes.size()) != size) {
            throw UnreadablePayload{"annals: a compressed payload is damaged"};
        }
        return text;
    }

private:
    /// A payload in which the steps before have sealed personal data is larger than it was, at most four times.
    static constexpr std::size_t max_text_bytes = 8 * limits::max_payload_bytes;

    struct Free {
        void operator()(::ZSTD_CCtx* context) const noexcept { ::ZSTD_freeCCtx(context); }
        void operator()(::ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
    };

    int level_;
    std::size_t at_least_;
};

static_assert(PayloadStage<ZstdCompression>);

} // namespace annals

#endif // ANNALS_ZSTD_COMPRESSION_HPP
