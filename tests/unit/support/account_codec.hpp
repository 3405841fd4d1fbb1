// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_CODEC_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_CODEC_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/concepts/snapshot_codec.hpp>
#include <annals/stream_error.hpp>
#include <tests/unit/support/account.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace bank {

/// A codec written by hand: the amount or the owner as it is, under the type's own name.
struct TextCodec {
    using event_type = Event;

    [[nodiscard]] annals::EncodedPayload encode(Event const& event) const {
        if (auto const* const opened = std::get_if<Opened>(&event)) {
            if (opened->owner == "unspeakable") {
                throw annals::InvalidInput{"annals: an owner without an encoding"};
            }
            return {"Opened", 1, opened->owner};
        }
        if (auto const* const deposited = std::get_if<Deposited>(&event)) {
            return {"Deposited", 1, std::to_string(deposited->amount)};
        }
        return {"Withdrawn", 1, std::to_string(std::get<Withdrawn>(event).amount)};
    }

    [[nodiscard]] Event decode(annals::SourcedEvent<annals::EncodedPayload> const& stored) const {
        annals::EncodedPayload const& payload = stored.payload;
        if (payload.type == "Opened") {
            return Opened{payload.data};
        }
        if (!knows(payload.type)) {
            throw annals::UnknownEventType{stored.stream, stored.version, payload.type};
        }
        std::int64_t amount = 0;
        char const* const end = payload.data.data() + payload.data.size();
        if (std::from_chars(payload.data.data(), end, amount).ptr != end) {
            throw annals::DecodeError{stored.stream, stored.version, payload.type, "not a number"};
        }
        return payload.type == "Deposited" ? Event{Deposited{amount}} : Event{Withdrawn{amount}};
    }

    [[nodiscard]] bool knows(std::string_view type) const {
        return type == "Opened" || type == "Deposited" || type == "Withdrawn";
    }
};

/// Keeps the balance and the length of the journal, and reads only what it wrote.
struct TextSnapshotCodec {
    using state_type = State;

    [[nodiscard]] annals::EncodedPayload encode(State const& state) const {
        std::string text = state.owner;
        for (std::int64_t const amount : state.journal) {
            text += ',' + std::to_string(amount);
        }
        return {"State", 2, text};
    }

    [[nodiscard]] std::optional<State> decode(annals::EncodedPayload const& stored) const {
        if (stored.type != "State" || stored.schema_version != 2) {
            return std::nullopt;
        }
        State state;
        std::string_view rest = stored.data;
        state.owner = rest.substr(0, rest.find(','));
        while (rest.find(',') != std::string_view::npos) {
            rest.remove_prefix(rest.find(',') + 1);
            std::string const number{rest.substr(0, rest.find(','))};
            std::int64_t amount = 0;
            std::from_chars(number.data(), number.data() + number.size(), amount);
            state.balance += amount;
            state.journal.push_back(amount);
        }
        return state;
    }
};

} // namespace bank

template <>
struct annals::DefaultEventCodec<bank::Event> {
    using type = bank::TextCodec;
};
template <>
struct annals::DefaultSnapshotCodec<bank::State> {
    using type = bank::TextSnapshotCodec;
};

#endif // ANNALS_TESTS_UNIT_SUPPORT_ACCOUNT_CODEC_HPP
