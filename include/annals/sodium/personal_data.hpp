// SPDX-License-Identifier: MIT

#ifndef ANNALS_SODIUM_PERSONAL_DATA_HPP
#define ANNALS_SODIUM_PERSONAL_DATA_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/detail/id_bytes.hpp>
#include <annals/detail/personal_text.hpp>
#include <annals/payload_pipeline.hpp>
#include <annals/sodium/detail/aead.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// Encrypts each `Personal` value in a JSON payload with a key of its data subject, from a key store.
///
/// When the key store has forgotten a subject, the values that were sealed before are read as forgotten. A value is
/// bound to its event, its subject and its place in the event: anywhere else it is unreadable.
///
/// @par Lifetime  Keeps a pointer to the key store, which must outlive it, and the stores that use it.
template <KeyStore Keys>
class PersonalData {
public:
    static constexpr std::string_view name = "personal";
    static constexpr bool keeps_text = true;

    explicit PersonalData(Keys& keys) noexcept : keys_{&keys} {}

    /// @throws InvalidInput  if what is there in the place of personal data is none, or is sealed already
    [[nodiscard]] std::optional<std::string> seal(PayloadPlace const& place, std::string_view text) const {
        if (text.find(detail::personal_mark) == std::string_view::npos) {
            return std::nullopt;
        }
        std::string last_subject;
        std::optional<SubjectKey> key;
        std::uint64_t ordinal = 0;
        return detail::turn_personal_parts(text, [&](Part const& part) -> std::optional<std::string> {
            ++ordinal;
            if (part.kind == Part::Kind::forgotten) {
                return std::nullopt;
            }
            require_plain(part);
            if (std::string subject = unescaped(part.subject); !key || subject != last_subject) {
                require_name("data subject", subject);
                key = keys_->key_for(subject);
                last_subject = std::move(subject);
            }
            std::string sealed{detail::bytes_of(key->id)};
            sodium::detail::append_sealed(sealed, key->bytes, bound_to(place, part, ordinal), part.content);
            std::string turned = begin_of(part);
            turned += detail::personal_sealed_mark;
            turned += '"';
            detail::append_base64(turned, sealed);
            return turned += "\"}";
        });
    }

    /// @throws UnreadablePayload  if a value was changed, or belongs somewhere else
    [[nodiscard]] std::string open(PayloadPlace const& place, std::string_view text) const {
        std::optional<SubjectKey> key;
        EventId last_id{};
        std::uint64_t ordinal = 0;
        return detail::turn_personal_parts(text, [&](Part const& part) -> std::optional<std::string> {
            ++ordinal;
            if (part.kind != Part::Kind::sealed) {
                return std::nullopt;
            }
            auto const sealed = detail::from_base64(part.content);
            if (!sealed || sealed->size() < id_bytes) {
                throw UnreadablePayload{"annals: a sealed personal value is incomplete"};
            }
            EventId const id = detail::id_from_bytes(std::string_view{*sealed}.substr(0, id_bytes));
            if (!key || id != last_id) {
                key = keys_->find(id);
                last_id = id;
            }
            if (!key) {
                return begin_of(part) += '}';
            }
            auto const value = sodium::detail::open_sealed(
                key->bytes, bound_to(place, part, ordinal), std::string_view{*sealed}.substr(id_bytes)
            );
            if (!value) {
                throw UnreadablePayload{"annals: a sealed personal value was changed, or belongs somewhere else"};
            }
            std::string turned = begin_of(part);
            turned += detail::personal_value_mark;
            return turned.append(*value) += '}';
        });
    }

private:
    using Part = detail::PersonalPart;
    static constexpr std::size_t id_bytes = 16;

    static void require_plain(Part const& part) {
        if (part.kind != Part::Kind::plain) {
            throw InvalidInput{"annals: a payload holds what is neither a personal value nor a forgotten one"};
        }
        if (part.content.find(detail::personal_mark) != std::string_view::npos) {
            throw InvalidInput{"annals: a personal value within another one would be forgotten with that only"};
        }
    }

    /// The subject's id as the key store knows it. In a name there is nothing that JSON has to escape otherwise.
    [[nodiscard]] static std::string unescaped(std::string_view subject) {
        std::string text;
        for (std::size_t at = 0; at < subject.size(); ++at) {
            if (subject[at] == '\\') {
                ++at;
                if (at == subject.size() || (subject[at] != '"' && subject[at] != '\\')) {
                    throw InvalidInput{"annals: the id of a data subject is escaped in its JSON without need"};
                }
            }
            text += subject[at];
        }
        return text;
    }

    [[nodiscard]] static std::string bound_to(PayloadPlace const& place, Part const& part, std::uint64_t ordinal) {
        sodium::detail::AssociatedData data{"annals:personal", place};
        data.add(part.subject);
        data.add(ordinal);
        return data.bytes();
    }

    [[nodiscard]] static std::string begin_of(Part const& part) {
        std::string text{detail::personal_mark};
        text += '"';
        return text.append(part.subject) += '"';
    }

    Keys* keys_;
};

} // namespace annals

#endif // ANNALS_SODIUM_PERSONAL_DATA_HPP
