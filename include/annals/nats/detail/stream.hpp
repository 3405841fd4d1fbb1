// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_STREAM_HPP
#define ANNALS_NATS_DETAIL_STREAM_HPP

#include <annals/nats/detail/handle.hpp>
#include <annals/nats/detail/verdict.hpp>
#include <annals/nats/options.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace annals::nats::detail {

using TimePoint = std::chrono::steady_clock::time_point;

/// Rounded up; 0 when the time is over.
[[nodiscard]] inline std::int64_t milliseconds_left(TimePoint until) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return left.count() > 0 ? left.count() : 0;
}

[[nodiscard]] inline Handle<jsCtx> jetstream(natsConnection* connection, TimePoint until) {
    jsOptions options;
    require_ok(jsOptions_Init(&options), "make options");
    options.Wait = milliseconds_left(until) + 1; // 0 would mean the library's own
    jsCtx* context = nullptr;
    require_ok(natsConnection_JetStream(&context, connection, &options), "use JetStream");
    return Handle<jsCtx>{context};
}

/// @throws BusError  if there is no such stream, or nobody who knows
[[nodiscard]] inline Handle<jsStreamInfo>
stream_info(natsConnection* connection, std::string const& stream, TimePoint until) {
    Handle<jsCtx> const context = jetstream(connection, until);
    jsStreamInfo* info = nullptr;
    jsErrCode code{};
    natsStatus const status = js_GetStreamInfo(&info, context.get(), stream.c_str(), nullptr, &code);
    if (status != NATS_OK) {
        throw_error(status, code, "find stream '" + stream + "'");
    }
    return Handle<jsStreamInfo>{info};
}

inline void make_stream(natsConnection* connection, Options const& options, TimePoint until) {
    std::vector<char const*> subjects;
    subjects.reserve(options.create.subjects.size());
    for (std::string const& subject : options.create.subjects) {
        subjects.push_back(subject.c_str());
    }
    jsStreamConfig config;
    require_ok(jsStreamConfig_Init(&config), "make options");
    config.Name = options.stream.c_str();
    config.Subjects = subjects.data();
    config.SubjectsLen = static_cast<int>(subjects.size());
    config.Storage = js_FileStorage;
    config.Replicas = options.create.replicas;
    config.Duplicates = std::chrono::nanoseconds{options.create.duplicate_window}.count();

    Handle<jsCtx> const context = jetstream(connection, until);
    jsErrCode code{};
    natsStatus const status = js_AddStream(nullptr, context.get(), &config, nullptr, &code);
    // Another process may have made it a moment ago.
    if (status != NATS_OK && code != JSStreamNameExistErr) {
        throw_error(status, code, "make stream '" + options.stream + "'");
    }
}

/// @throws BusError  if the stream is missing and not to be made, or cannot do what a bus promises
inline void find_stream(natsConnection* connection, Options const& options, TimePoint until) {
    Handle<jsStreamInfo> info;
    try {
        info = stream_info(connection, options.stream, until);
    } catch (BusError const& error) {
        if (options.create.subjects.empty() || error.native_code() != std::to_string(JSStreamNotFoundErr)) {
            throw;
        }
        make_stream(connection, options, until);
        info = stream_info(connection, options.stream, until);
    }
    if (info->Config->NoAck || info->Config->Duplicates < std::chrono::nanoseconds{options.deadline}.count()) {
        throw BusError{
            "annals: the JetStream stream '" + options.stream +
                "' must acknowledge, and know ids for longer than the deadline of the bus",
            std::to_string(JSStreamInvalidConfig),
            false
        };
    }
}

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_STREAM_HPP
