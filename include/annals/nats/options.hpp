// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_OPTIONS_HPP
#define ANNALS_NATS_OPTIONS_HPP

#include <annals/nats/subject.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <nats/nats.h>
#include <string>
#include <vector>

#if NATS_VERSION_NUMBER < 0x030400
#    error annals needs libnats 3.4 or later
#endif

namespace annals::nats {

/// The JetStream stream that a bus makes if there is none of its name. It is never altered.
struct NewStream {
    /// What it takes, wildcards allowed: `shop.>`.
    std::vector<std::string> subjects{};
    /// Copies in the cluster: 1, 3 or 5.
    int replicas = 1;
    /// How long the server drops a message whose id it knows.
    std::chrono::milliseconds duplicate_window{120'000};
};

/// How a bus uses its servers.
struct Options {
    /// Of one server or several of one cluster: `nats://host:4222`, `tls://...`.
    std::vector<std::string> urls{"nats://127.0.0.1:4222"};
    /// The JetStream stream that takes the messages. What another one takes instead is refused.
    std::string stream{};
    /// Make the stream, in files, if it is missing and this names subjects.
    NewStream create{};
    /// No call takes longer than this, and two seconds, whatever the server or the network does; looking up the name of
    /// a host is not bounded.
    std::chrono::milliseconds deadline{10'000};
    /// Messages under way at a time, at most one of each key.
    std::size_t in_flight = 256;
    /// Credentials, TLS and all else that libnats knows, set with its own functions; null for none of that. The bus,
    /// and only one, goes on to set what its promises rest on: servers, time-outs, no reconnecting behind its back.
    std::shared_ptr<natsOptions> client{};
};

/// New options of libnats, for `Options::client`.
[[nodiscard]] inline std::shared_ptr<natsOptions> make_client_options() {
    natsOptions* options = nullptr;
    if (natsOptions_Create(&options) != NATS_OK) {
        throw Error{"annals: libnats makes no options"};
    }
    return {options, &natsOptions_Destroy};
}

/// @throws InvalidInput  for what no bus could work with
inline void require_valid(Options const& options) {
    if (options.urls.empty()) {
        throw InvalidInput{"annals: a NATS bus needs the URL of a server"};
    }
    if (options.stream.empty() || options.stream.find_first_of(" .*>/\\\t\r\n") != std::string::npos) {
        throw InvalidInput{"annals: a NATS bus needs the name of a stream, without blanks, dots, wildcards or slashes"};
    }
    if (options.deadline.count() <= 0 || options.in_flight == 0 || options.create.replicas <= 0) {
        throw InvalidInput{
            "annals: the deadline, the messages in flight and the replicas of a NATS bus must be above zero"
        };
    }
    if (options.create.duplicate_window < options.deadline) {
        throw InvalidInput{"annals: a NATS stream must know ids for longer than the deadline of its bus"};
    }
}

} // namespace annals::nats

#endif // ANNALS_NATS_OPTIONS_HPP
