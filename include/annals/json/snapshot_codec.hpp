// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SNAPSHOT_CODEC_HPP
#define ANNALS_JSON_SNAPSHOT_CODEC_HPP

#include <annals/concepts/snapshot_codec.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>
#include <annals/json/requirements.hpp>

#include <optional>

namespace annals {

/// The state of an aggregate as JSON text, by the same mappings and rules as `JsonCodec`.
///
/// `event_name<State>` and `event_schema_version<State>` are the name and the version that it is stored under. Count
/// the version up when the meaning of a field changes: snapshots of another version are passed over.
///
/// All members may be called from several threads at once.
template <class State>
class JsonSnapshotCodec {
    static_assert(detail::require_json_payload<State>());

public:
    using state_type = State;

    /// @throws InvalidInput  if the state has no JSON text that could be read back
    [[nodiscard]] EncodedPayload encode(State const& state) const {
        if constexpr (detail::is_json_payload<State>) {
            return detail::encode_json(state);
        } else {
            return {};
        }
    }

    /// Nothing, if the name or the schema version is another one, or if the JSON is not whole or does not fit.
    [[nodiscard]] std::optional<State> decode(EncodedPayload const& stored) const {
        if constexpr (detail::is_json_payload<State>) {
            if (stored.type == event_name<State>) {
                try {
                    return detail::decode_json<State>(stored);
                } catch (detail::UnfitJson const&) {
                    return std::nullopt;
                }
            }
        }
        return std::nullopt;
    }
};

} // namespace annals

#endif // ANNALS_JSON_SNAPSHOT_CODEC_HPP
