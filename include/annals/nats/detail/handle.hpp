// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_HANDLE_HPP
#define ANNALS_NATS_DETAIL_HANDLE_HPP

#include <memory>
#include <nats/nats.h>

namespace annals::nats::detail {

struct Destroy {
    void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
    void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
    void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
    void operator()(jsCtx* context) const { jsCtx_Destroy(context); }
    void operator()(jsStreamInfo* info) const { jsStreamInfo_Destroy(info); }
};

template <class T>
using Handle = std::unique_ptr<T, Destroy>;

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_HANDLE_HPP
