// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SNAPSHOT_CODEC_HPP
#define ANNALS_JSON_SNAPSHOT_CODEC_HPP

#include <annals/concepts/snapshot_codec.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>
#include <annals/json/history.hpp>
#include <annals/json/history_rules.hpp>
#include <annals/json/requirements.hpp>
#include <annals/json/shape.hpp>
#include <annals/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>

namespace annals {

/// The state of an aggregate as JSON text, by the same mappings and rules as `JsonCodec`.
///
/// **A state whose fields have changed is another state.** Snapshots are stored under `event_name<State>` and a
/// fingerprint of the names and kinds of its fields, at every depth, as in `OrderState#9f3c07d15ab8e642`; those of
/// another fingerprint are passed over, and the history is replayed. So nothing need be done when a field is added,
/// removed, renamed or retyped, in a struct within it too. What `ANNALS_FIELDS` lists is known for certain; of a type
/// with another mapping, what the JSON of a default value shows (not what an empty container would hold), or
/// `json_schema`.
///
/// **No fingerprint sees a change of meaning**: a handler that computes a field in another way, an amount that was in
/// euros and is in cents. Then count `event_schema_version<State>` up: snapshots of another version are passed over as
/// well. Or list the former state in `event_history<State>`: then its snapshots are carried on by its `upcast`.
///
/// All members may be called from several threads at once.
template <class State>
class JsonSnapshotCodec {
    static constexpr std::size_t fingerprint_size = 1 + 16;

    static_assert(detail::require_json_payload<State>());
    static_assert(
        event_name<State>.size() + fingerprint_size <= limits::max_name_bytes,
        "annals: the name of a state has at most 238 bytes, as its fingerprint stands behind it: specialise "
        "annals::event_name for it"
    );

public:
    using state_type = State;

    /// The name that snapshots are stored under now. Without a fingerprint if the `to_json` of a default state throws.
    [[nodiscard]] static std::string const& name() {
        static std::string const of_state = name_of<State>();
        return of_state;
    }

    /// @throws InvalidInput  if the state has no JSON text that could be read back
    [[nodiscard]] EncodedPayload encode(State const& state) const {
        if constexpr (detail::is_json_payload<State>) {
            EncodedPayload payload = detail::encode_json(state);
            payload.type = name();
            return payload;
        } else {
            return {};
        }
    }

    /// Nothing, if the name, the fingerprint or the schema version is none that the application knows, or if the JSON
    /// is not whole or does not fit.
    [[nodiscard]] std::optional<State> decode(EncodedPayload const& stored) const {
        if constexpr (detail::is_json_payload<State>) {
            try {
                if (stored.type == name() && stored.schema_version == event_schema_version<State>) {
                    return detail::decode_json<State>(stored);
                }
                if (is_former<0>(stored)) {
                    return detail::decode_older<State>(stored);
                }
            } catch (detail::UnfitJson const&) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

private:
    /// The name that snapshots of `T`, the state or a former one, are stored under.
    template <class T>
    [[nodiscard]] static std::string name_of() {
        std::string name{event_name<State>};
        try {
            name += '#' + detail::fingerprint_text(detail::shape_of<T>());
        } catch (std::bad_alloc const&) {
            throw;
        } catch (std::exception const&) {
            return std::string{event_name<State>};
        }
        return name;
    }

    /// Whether a snapshot is of a former state that the history lists at `I` or behind.
    template <std::size_t I>
    [[nodiscard]] static bool is_former(EncodedPayload const& stored) {
        if constexpr (I == detail::steps_of<State>) {
            return false;
        } else if (stored.schema_version != static_cast<std::int32_t>(I) + 1) {
            return is_former<I + 1>(stored);
        } else if constexpr (detail::is_struct<State, I>) {
            return stored.type == name_of<detail::step_t<State, I>>();
        } else {
            return stored.type.starts_with(std::string{event_name<State>} + '#');
        }
    }
};

} // namespace annals

#endif // ANNALS_JSON_SNAPSHOT_CODEC_HPP
