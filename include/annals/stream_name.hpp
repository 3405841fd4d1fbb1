// SPDX-License-Identifier: MIT

#ifndef ANNALS_STREAM_NAME_HPP
#define ANNALS_STREAM_NAME_HPP

#include <annals/limits.hpp>

#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// The name of a stream: the type of an aggregate and the id of one of them.
///
/// Both parts are 1 to 255 bytes of UTF-8 without control characters, whatever the store: a `StreamName` that
/// exists is valid. Copies are cheap and share one immutable text, so each event can carry its own.
class StreamName {
public:
    /// @throws InvalidInput  if a part breaks the limits of names
    StreamName(std::string aggregate_type, std::string aggregate_id) {
        require_name("aggregate type", aggregate_type);
        require_name("aggregate id", aggregate_id);
        parts_ = std::make_shared<Parts const>(std::move(aggregate_type), std::move(aggregate_id));
    }

    // Copying instead of moving keeps every object valid, also one that was moved from.
    StreamName(StreamName const&) noexcept = default;
    StreamName& operator=(StreamName const&) noexcept = default;
    ~StreamName() = default;

    [[nodiscard]] std::string const& aggregate_type() const noexcept { return parts_->aggregate_type; }
    [[nodiscard]] std::string const& aggregate_id() const noexcept { return parts_->aggregate_id; }

    [[nodiscard]] friend bool operator==(StreamName const& a, StreamName const& b) noexcept {
        return a.parts_ == b.parts_ || *a.parts_ == *b.parts_;
    }
    /// By type, then by id, both bytewise: the order in which several streams are locked.
    [[nodiscard]] friend std::strong_ordering operator<=>(StreamName const& a, StreamName const& b) noexcept {
        return *a.parts_ <=> *b.parts_;
    }

private:
    struct Parts {
        Parts(std::string&& type, std::string&& id) noexcept
            : aggregate_type{std::move(type)}, aggregate_id{std::move(id)} {}

        std::string aggregate_type;
        std::string aggregate_id;

        friend bool operator==(Parts const&, Parts const&) = default;
        friend std::strong_ordering operator<=>(Parts const&, Parts const&) = default;
    };
    std::shared_ptr<Parts const> parts_;
};

/// For messages: `Order/order-123`.
[[nodiscard]] inline std::string to_text(StreamName const& stream) {
    return stream.aggregate_type() + '/' + stream.aggregate_id();
}

} // namespace annals

template <>
struct std::hash<annals::StreamName> {
    [[nodiscard]] std::size_t operator()(annals::StreamName const& stream) const noexcept {
        std::hash<std::string_view> const text;
        // Golden-ratio mixing as in boost::hash_combine, so that ("a", "b") and ("b", "a") differ.
        std::size_t const seed = text(stream.aggregate_type());
        return seed ^ (text(stream.aggregate_id()) + 0x9e3779b9U + (seed << 6U) + (seed >> 2U));
    }
};

#endif // ANNALS_STREAM_NAME_HPP
