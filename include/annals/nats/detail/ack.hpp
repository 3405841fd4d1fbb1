// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_ACK_HPP
#define ANNALS_NATS_DETAIL_ACK_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace annals::nats::detail {

/// JetStream's answer to a message, of which two forms exist:
///
///     {"stream":"SHOP", "seq":17, "duplicate": true}
///     {"error":{"code":400,"err_code":10060,"description":"..."},"stream":"SHOP","seq":0}
struct Ack {
    std::uint64_t sequence = 0; ///< 0: not stored
    int error = 0;              ///< JetStream's code; -1 if it has none
};

/// The number after `"name":`, 0 if there is none. Names cannot be mistaken for texts, in which `"` stands escaped.
[[nodiscard]] constexpr std::uint64_t number_after(std::string_view json, std::string_view quoted_name) noexcept {
    std::size_t at = json.find(quoted_name);
    if (at == std::string_view::npos) {
        return 0;
    }
    at += quoted_name.size();
    while (at < json.size() && (json[at] == ' ' || json[at] == ':')) {
        ++at;
    }
    std::uint64_t number = 0;
    for (; at < json.size() && json[at] >= '0' && json[at] <= '9'; ++at) {
        number = number * 10 + static_cast<std::uint64_t>(json[at] - '0');
    }
    return number;
}

[[nodiscard]] constexpr Ack parse_ack(std::string_view json) noexcept {
    if (json.find("\"error\"") != std::string_view::npos) {
        auto const code = static_cast<int>(number_after(json, "\"err_code\""));
        return {0, code == 0 ? -1 : code};
    }
    // A server that is still about to store the first copy of a duplicate says 0: that confirms nothing.
    std::uint64_t const sequence = number_after(json, "\"seq\"");
    return {sequence, sequence == 0 ? -1 : 0};
}

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_ACK_HPP
