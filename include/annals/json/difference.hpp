// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_DIFFERENCE_HPP
#define ANNALS_JSON_DIFFERENCE_HPP

#include <annals/json/form.hpp>
#include <annals/json/requirements.hpp>
#include <annals/stream_version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals {

/// One value that is another one in a later state.
struct Difference {
    std::string path;                  ///< `items[1].quantity`; empty for the state as a whole
    std::optional<std::string> before; ///< as JSON text; nothing: it was not there
    std::optional<std::string> after;  ///< nothing: it is not there any more

    [[nodiscard]] friend bool operator==(Difference const&, Difference const&) = default;
};

/// `items[1].quantity: 2 -> 5`, `note: (none) -> "gift"`.
[[nodiscard]] inline std::string to_text(Difference const& difference) {
    constexpr std::string_view none = "(none)";
    std::string text = difference.path;
    if (!text.empty()) {
        text += ": ";
    }
    text += difference.before ? std::string_view{*difference.before} : none;
    text += " -> ";
    text += difference.after ? std::string_view{*difference.after} : none;
    return text;
}

namespace detail {

/// Whether a key can stand in a path without quotes.
[[nodiscard]] inline bool is_plain_key(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

[[nodiscard]] inline std::string member_path(std::string const& path, std::string const& key) {
    if (!is_plain_key(key)) {
        return path + '[' + nlohmann::json(key).dump() + ']';
    }
    return path.empty() ? key : path + '.' + key;
}

/// Adds what differs, members by name and elements by index, down to single values. The depth is that of the types.
inline void add_differences(
    std::vector<Difference>& all, std::string const& path, nlohmann::json const* before, nlohmann::json const* after
) {
    if (before != nullptr && after != nullptr) {
        if (*before == *after) {
            return;
        }
        if (before->is_object() && after->is_object()) {
            auto const member = [](nlohmann::json const& of, std::string const& key) {
                auto const at = of.find(key);
                return at == of.end() ? nullptr : &*at;
            };
            for (auto const& [key, value] : before->items()) {
                add_differences(all, member_path(path, key), &value, member(*after, key));
            }
            for (auto const& [key, value] : after->items()) {
                if (!before->contains(key)) {
                    add_differences(all, member_path(path, key), nullptr, &value);
                }
            }
            return;
        }
        if (before->is_array() && after->is_array()) {
            for (std::size_t i = 0; i < (std::max)(before->size(), after->size()); ++i) {
                add_differences(
                    all,
                    path + '[' + std::to_string(i) + ']',
                    i < before->size() ? &(*before)[i] : nullptr,
                    i < after->size() ? &(*after)[i] : nullptr
                );
            }
            return;
        }
    }
    auto const text = [](nlohmann::json const* value) {
        return value == nullptr ? std::nullopt : std::optional{value->dump()};
    };
    all.push_back({path, text(before), text(after)});
}

} // namespace detail

/// What differs between two states, by their JSON: in the order of the keys, members that are gone before new ones.
/// An element that was put into the middle of a list makes all behind it differ.
/// @throws InvalidInput  if a state has no JSON
template <class State>
[[nodiscard]] std::vector<Difference> differences(State const& before, State const& after) {
    std::vector<Difference> all;
    if constexpr (detail::require_json_payload<State>()) {
        nlohmann::json const was = detail::json_form(before);
        nlohmann::json const is = detail::json_form(after);
        detail::add_differences(all, {}, &was, &is);
    }
    return all;
}

/// What changed in an aggregate between two of its versions: `differences` of its snapshots as of these. Before its
/// first event it is as it was made.
///
/// `for (auto const& change : annals::changes_between(orders, "order-123", Version{2}, Version{4})) ...`
/// @throws what `get_as_of` of the repository throws
template <class Repository>
[[nodiscard]] std::vector<Difference>
changes_between(Repository const& repository, typename Repository::id_type const& id, Version before, Version after) {
    using A = typename Repository::aggregate_type;
    auto const state = [&](Version version) {
        auto aggregate = repository.get_as_of(id, version);
        return aggregate ? aggregate->snapshot() : A{id}.snapshot();
    };
    return differences(state(before), state(after));
}

} // namespace annals

#endif // ANNALS_JSON_DIFFERENCE_HPP
