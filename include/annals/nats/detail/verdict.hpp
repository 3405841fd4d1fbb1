// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_VERDICT_HPP
#define ANNALS_NATS_DETAIL_VERDICT_HPP

#include <annals/bus_error.hpp>

#include <nats/nats.h>
#include <string>
#include <string_view>

namespace annals::nats::detail {

/// What JetStream answers to what will be refused again until somebody changes something.
[[nodiscard]] constexpr bool is_lasting(int jetstream_code) noexcept {
    constexpr int header_exceeds_maximum = 10097; // newer than the oldest client
    switch (jetstream_code) {
    case JSBadRequestErr:
    case JSInvalidJSONErr:
    case JSMaximumStreamsLimitErr:
    case JSNoAccountErr:
    case JSNotEnabledErr:
    case JSNotEnabledForAccountErr:
    case JSStreamInvalidConfig:
    case JSStreamMessageExceedsMaximumErr:
    case JSStreamNameExistErr:
    case JSStreamNotFoundErr:
    case JSStreamNotMatchErr:
    case JSStreamReplicasNotSupportedErr:
    case JSStreamSealedErr:
    case JSStreamSubjectOverlapErr:
    case JSStreamMaxBytesRequiredErr:
    case header_exceeds_maximum:
        return true;
    default:
        return false;
    }
}

[[nodiscard]] constexpr bool is_lasting(natsStatus status) noexcept {
    switch (status) {
    case NATS_ADDRESS_MISSING:
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_INVALID_ARG:
    case NATS_INVALID_SUBJECT:
    case NATS_MAX_PAYLOAD:
    case NATS_NO_SERVER_SUPPORT:
    case NATS_NOT_PERMITTED:
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
        return true;
    default:
        return false;
    }
}

// The library's longer text of an error is left out of messages: it may hold the URL, and that a password.
[[noreturn]] inline void throw_error(natsStatus status, std::string_view doing) {
    throw BusError{
        "annals: NATS could not " + std::string{doing} + ": " + natsStatus_GetText(status),
        std::to_string(static_cast<int>(status)),
        !is_lasting(status)
    };
}

/// @param code  of JetStream; 0 if it is the client that failed
[[noreturn]] inline void throw_error(natsStatus status, int code, std::string_view doing) {
    if (code == 0) {
        throw_error(status, doing);
    }
    throw BusError{
        "annals: JetStream refused to " + std::string{doing} + " (error " + std::to_string(code) + ")",
        std::to_string(code),
        !is_lasting(code)
    };
}

inline void require_ok(natsStatus status, std::string_view doing) {
    if (status != NATS_OK) {
        throw_error(status, doing);
    }
}

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_VERDICT_HPP
