// SPDX-License-Identifier: MIT

#ifndef ORDER_EVENTS_TO_NATS_LISTEN_HPP
#define ORDER_EVENTS_TO_NATS_LISTEN_HPP

#include "../orders/text.hpp"
#include "options.hpp"
#include "stop_signals.hpp"

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <nats/nats.h>
#include <stdexcept>
#include <string>
#include <string_view>

// The other end: plain libnats, as any service would use it.

template <class T>
using Owner = std::unique_ptr<T, void (*)(T*)>;

inline void require(natsStatus status, std::string const& what) {
    if (status != NATS_OK) {
        throw std::runtime_error{what + ": " + natsStatus_GetText(status)};
    }
}

/// Calls a function of libnats that makes a `T`.
template <class T, class Make>
[[nodiscard]] Owner<T> make(std::string const& what, void (*destroy)(T*), Make make) {
    T* made = nullptr;
    require(make(&made), what);
    return {made, destroy};
}

/// Prints a message: the id and the type of the event, where it came by, and the event.
inline void print(natsMsg* message) {
    std::string_view const data{natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
    for (char const* const header : {"ce-id", "ce-type"}) {
        char const* value = "";
        natsMsgHeader_Get(message, header, &value);
        std::cout << value << ' ';
    }
    std::cout << natsMsg_GetSubject(message) << ' ' << orders::printable(data) << '\n';
}

/// Prints what the stream holds, and what comes.
///
/// A reader with effects of its own would note `ce-id` together with them, and pass over what it has noted: what is
/// published at least once may come twice.
inline void listen(Options const& options, StopSignals const& stop) {
    auto const connection = make<natsConnection>("cannot connect", natsConnection_Destroy, [&](auto** made) {
        return natsConnection_ConnectTo(made, options.url.c_str());
    });
    auto const context = make<jsCtx>("no JetStream", jsCtx_Destroy, [&](auto** made) {
        return natsConnection_JetStream(made, connection.get(), nullptr);
    });
    auto const info = make<jsStreamInfo>("no stream '" + options.stream + "'", jsStreamInfo_Destroy, [&](auto** made) {
        return js_GetStreamInfo(made, context.get(), options.stream.c_str(), nullptr, nullptr);
    });
    jsSubOptions in_order{}; // from the first message on
    require(jsSubOptions_Init(&in_order), "no options");
    in_order.Stream = options.stream.c_str();
    in_order.Ordered = true;
    std::string const subjects = options.stream + ".>";
    auto const messages = make<natsSubscription>("cannot listen", natsSubscription_Destroy, [&](auto** made) {
        return js_SubscribeSync(made, context.get(), subjects.c_str(), nullptr, &in_order, nullptr);
    });

    std::uint64_t left = options.is_once ? info->State.Msgs : (std::numeric_limits<std::uint64_t>::max)();
    while (left > 0) {
        natsMsg* next = nullptr;
        natsStatus const status = natsSubscription_NextMsg(&next, messages.get(), 1);
        Owner<natsMsg> const message{next, natsMsg_Destroy};
        if (status == NATS_OK) {
            print(next);
            --left;
            continue;
        }
        if (status != NATS_TIMEOUT) {
            require(status, "cannot read on");
        }
        std::cout.flush();
        if (stop.wait()) {
            return;
        }
    }
}

#endif // ORDER_EVENTS_TO_NATS_LISTEN_HPP
