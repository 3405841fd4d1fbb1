// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_STORED_HPP
#define ANNALS_TESTS_UNIT_JSON_STORED_HPP

#include <annals/json.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace json_tests {

/// An event as it comes out of a database: the seventh of order 4711.
inline annals::SourcedEvent<annals::EncodedPayload> stored(annals::EncodedPayload payload) {
    return {
        annals::EventId{},
        annals::StreamName{"Order", "4711"},
        annals::Version{7},
        annals::Position{},
        annals::Timestamp{},
        annals::Metadata{},
        std::move(payload)
    };
}

inline annals::SourcedEvent<annals::EncodedPayload>
stored(std::string type, std::string data, std::int32_t schema_version = 1) {
    return stored(annals::EncodedPayload{std::move(type), schema_version, std::move(data)});
}

/// The message of the DecodeError that decoding ends in; "" if it does not.
template <class Event>
std::string decode_error(std::string const& type, std::string const& data) {
    try {
        static_cast<void>(annals::JsonCodec<Event>{}.decode(stored(type, data)));
    } catch (annals::DecodeError const& error) {
        return error.what();
    }
    return "";
}

/// Why a text cannot be parsed; "" if it can.
inline std::string refusal(std::string const& text) {
    try {
        static_cast<void>(annals::detail::parse_json(text));
    } catch (annals::detail::UnfitJson const& unfit) {
        return unfit.what();
    }
    return "";
}

inline std::string repeated(std::string const& text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

/// `levels` arrays, one in the other.
inline std::string nested_arrays(std::size_t levels) { return repeated("[", levels) + repeated("]", levels); }

/// Runs `work` on a thread whose stack has 64 KiB, and passes on what it throws.
template <class F>
void on_small_stack(F work) {
    struct Job {
        F work;
        std::exception_ptr error;
    } job{std::move(work), nullptr};

    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, std::size_t{64} << 10U);
    pthread_t thread{};
    int const result = pthread_create(
        &thread,
        &attributes,
        [](void* argument) -> void* {
            auto& my_job = *static_cast<Job*>(argument);
            try {
                my_job.work();
            } catch (...) {
                my_job.error = std::current_exception();
            }
            return nullptr;
        },
        &job
    );
    pthread_attr_destroy(&attributes);
    if (result != 0) {
        throw std::runtime_error{"no thread with a stack of 64 KiB"};
    }
    pthread_join(thread, nullptr);
    if (job.error) {
        std::rethrow_exception(job.error);
    }
}

} // namespace json_tests

#endif // ANNALS_TESTS_UNIT_JSON_STORED_HPP
