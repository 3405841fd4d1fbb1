// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_SUBJECT_HPP
#define ANNALS_NATS_SUBJECT_HPP

#include <annals/limits.hpp>
#include <annals/stream_name.hpp>

#include <string>
#include <string_view>

namespace annals::nats {

/// A text as one token of a subject: blanks and `.`, `*`, `>`, `%`, `$` become `%xx`. Different texts give different
/// tokens.
[[nodiscard]] inline std::string subject_token(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string token;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7F || std::string_view{".*>%$"}.find(c) != std::string_view::npos) {
            token += '%';
            token += digits[byte >> 4U];
            token += digits[byte & 0x0FU];
        } else {
            token += c;
        }
    }
    return token;
}

/// One subject for each stream, below `prefix`: `shop.Order.o-1`. Readers of one category subscribe to `shop.Order.*`.
[[nodiscard]] inline std::string subject_of(std::string_view prefix, StreamName const& stream) {
    return std::string{prefix} + '.' + subject_token(stream.aggregate_type()) + '.' +
           subject_token(stream.aggregate_id());
}

/// Refuses what a message cannot be published to: empty tokens, blanks, control characters, wildcards.
/// @throws InvalidInput
inline void require_subject(std::string_view subject) {
    bool good = annals::detail::is_printable_utf8(subject) && subject.find_first_of(" *>") == std::string_view::npos;
    char before = '.';
    for (char const c : subject) {
        good = good && (c != '.' || before != '.');
        before = c;
    }
    if (!good || before == '.') {
        throw InvalidInput{"annals: a NATS subject is made of tokens between dots, without blanks or wildcards"};
    }
}

} // namespace annals::nats

#endif // ANNALS_NATS_SUBJECT_HPP
