// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_PLAIN_CLIENT_HPP
#define ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_PLAIN_CLIENT_HPP

#include <annals/message.hpp>
#include <annals/nats/detail/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace annals_tests::nats {

/// The library's own client, without the bus.
class PlainClient {
public:
    explicit PlainClient(std::string const& url) {
        natsConnection* connection = nullptr;
        require(natsConnection_ConnectTo(&connection, url.c_str()));
        connection_.reset(connection);
        jsCtx* context = nullptr;
        require(natsConnection_JetStream(&context, connection, nullptr));
        context_.reset(context);
    }

    static void require(natsStatus status) {
        if (status != NATS_OK) {
            throw std::runtime_error{std::string{"NATS: "} + natsStatus_GetText(status)};
        }
    }

    [[nodiscard]] natsConnection* connection() const { return connection_.get(); }
    [[nodiscard]] jsCtx* context() const { return context_.get(); }

    /// Makes a stream of this name that takes the subjects `<name>.>`.
    /// @param duplicate_window  in nanoseconds; 0 for the server's own
    void make_stream(
        std::string const& name,
        int max_message_bytes = -1,
        std::int64_t duplicate_window = 0,
        bool without_acks = false
    ) const {
        std::string const subjects = name + ".>";
        char const* const list[]{subjects.c_str()};
        jsStreamConfig config;
        require(jsStreamConfig_Init(&config));
        config.Name = name.c_str();
        config.Subjects = const_cast<char const**>(list);
        config.SubjectsLen = 1;
        config.MaxMsgSize = max_message_bytes;
        config.Duplicates = duplicate_window;
        config.NoAck = without_acks;
        require(js_AddStream(nullptr, context_.get(), &config, nullptr, nullptr));
    }

    /// What the stream holds, in its order; the key is the subject.
    [[nodiscard]] std::vector<annals::Message> stored(std::string const& stream) const {
        jsStreamInfo* info = nullptr;
        require(js_GetStreamInfo(&info, context_.get(), stream.c_str(), nullptr, nullptr));
        annals::nats::detail::Handle<jsStreamInfo> const owner{info};
        std::vector<annals::Message> messages;
        for (std::uint64_t sequence = 1; sequence <= info->State.LastSeq; ++sequence) {
            natsMsg* message = nullptr;
            require(js_GetMsg(&message, context_.get(), stream.c_str(), sequence, nullptr, nullptr));
            annals::nats::detail::Handle<natsMsg> const owned{message};
            messages.push_back(read(message));
        }
        return messages;
    }

private:
    [[nodiscard]] static annals::Message read(natsMsg* message) {
        annals::Message read;
        read.subject = natsMsg_GetSubject(message);
        read.key = read.subject;
        read.body.assign(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
        char const** names = nullptr;
        int count = 0;
        if (natsMsgHeader_Keys(message, &names, &count) == NATS_OK) {
            for (int i = 0; i < count; ++i) {
                char const* value = nullptr;
                require(natsMsgHeader_Get(message, names[i], &value));
                if (std::string{names[i]} == "Nats-Msg-Id") {
                    read.id = annals::parse_event_id(value);
                }
                read.headers.emplace_back(names[i], value);
            }
            std::free(names); // NOLINT(cppcoreguidelines-no-malloc): the library says so
        }
        return read;
    }

    annals::nats::detail::Handle<natsConnection> connection_;
    annals::nats::detail::Handle<jsCtx> context_;
};

} // namespace annals_tests::nats

#endif // ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_PLAIN_CLIENT_HPP
