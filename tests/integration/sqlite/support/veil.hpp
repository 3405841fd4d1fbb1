// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_VEIL_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_VEIL_HPP

#include <annals/error.hpp>
#include <annals/payload_transform.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace integration {

/// Hides data from who only looks, in other words each time, and knows for which place it was done.
class Veil final : public annals::PayloadTransform {
public:
    explicit Veil(std::string key) : key_{std::move(key)} {}

    [[nodiscard]] std::string seal(annals::PayloadPlace const& place, std::string_view data) const override {
        work();
        return prefix + std::to_string(++sealed_) + mark_of(place) + turned(data);
    }
    [[nodiscard]] std::string open(annals::PayloadPlace const& place, std::string_view data) const override {
        work();
        if (!data.starts_with(prefix)) {
            return std::string{data};
        }
        std::string const mark = mark_of(place);
        auto const at = data.find(mark);
        if (at == std::string_view::npos) {
            throw annals::UnreadablePayload{"sealed for another place"};
        }
        return turned(data.substr(at + mark.size()));
    }
    [[nodiscard]] bool
    is_same(annals::PayloadPlace const& place, std::string_view a, std::string_view b) const override {
        return open(place, a) == open(place, b);
    }

    /// What happens first in each call.
    std::function<void()> work = [] {};

private:
    static inline std::string const prefix = "veil:";

    [[nodiscard]] std::string mark_of(annals::PayloadPlace const& place) const {
        using annals::to_text;
        return ':' + key_ + ':' + to_text(place.stream) + ':' + to_text(place.event_id) + ':' + to_text(place.version) +
               ':';
    }
    [[nodiscard]] static std::string turned(std::string_view data) {
        std::string result{data};
        for (char& c : result) {
            c = '0' <= c && c <= '9' ? static_cast<char>('9' - (c - '0')) : c;
            c = 'a' <= c && c <= 'z' ? static_cast<char>('z' - (c - 'a')) : c;
        }
        return result;
    }

    std::string key_;
    mutable std::atomic<int> sealed_{0};
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_VEIL_HPP
