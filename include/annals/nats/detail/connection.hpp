// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_DETAIL_CONNECTION_HPP
#define ANNALS_NATS_DETAIL_CONNECTION_HPP

#include <annals/message.hpp>
#include <annals/nats/detail/ack.hpp>
#include <annals/nats/detail/handle.hpp>
#include <annals/nats/detail/stream.hpp>
#include <annals/nats/detail/verdict.hpp>
#include <annals/nats/options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace annals::nats::detail {

/// One connection, which sends messages and collects JetStream's answers in the thread that asks. It does not come back
/// when it is lost, so nothing that it sent is ever sent again by itself.
class Connection {
public:
    Connection(Options const& options, TimePoint until) : stream_{options.stream} {
        std::shared_ptr<natsOptions> const settings = settings_of(options, until);
        natsConnection* connection = nullptr;
        require_ok(natsConnection_Connect(&connection, settings.get()), "connect");
        connection_.reset(connection);

        find_stream(connection, options, until);

        natsInbox* inbox = nullptr;
        require_ok(natsInbox_Create(&inbox), "make an inbox");
        inbox_ = std::string{inbox} + '.';
        natsInbox_Destroy(inbox);
        natsSubscription* answers = nullptr;
        require_ok(natsConnection_SubscribeSync(&answers, connection, (inbox_ + '*').c_str()), "listen for answers");
        answers_.reset(answers);
    }

    [[nodiscard]] bool is_closed() const { return natsConnection_IsClosed(connection_.get()); }

    /// @param number  comes back with the answer
    void send(Message const& message, std::uint64_t number, TimePoint until) {
        if (milliseconds_left(until) == 0) {
            throw_error(NATS_TIMEOUT, "send all messages");
        }
        if (message.body.size() > static_cast<std::uint64_t>(natsConnection_GetMaxPayload(connection_.get()))) {
            throw_error(NATS_MAX_PAYLOAD, "send a message");
        }
        std::string const reply = inbox_ + std::to_string(number);
        natsMsg* made = nullptr;
        natsStatus const status = natsMsg_Create(
            &made, message.subject.c_str(), reply.c_str(), message.body.data(), static_cast<int>(message.body.size())
        );
        require_ok(status, "make a message");
        Handle<natsMsg> const owner{made};
        for (auto const& [name, value] : message.headers) {
            require_ok(natsMsgHeader_Add(made, name.c_str(), value.c_str()), "set a header");
        }
        require_ok(natsMsgHeader_Set(made, "Nats-Msg-Id", to_text(message.id).c_str()), "set a header");
        require_ok(natsMsgHeader_Set(made, "Nats-Expected-Stream", stream_.c_str()), "set a header");
        require_ok(natsConnection_PublishMsg(connection_.get(), made), "send a message");
    }

    /// Waits for the next message to be confirmed, and returns its number.
    /// @throws BusError  if a message is refused, the connection is lost, or the time is over
    [[nodiscard]] std::uint64_t next_confirmed(TimePoint until) {
        while (true) {
            // In slices, for what a server forbids it says apart from the answers.
            std::int64_t const left = milliseconds_left(until);
            if (left == 0) {
                throw_error(NATS_TIMEOUT, "have all messages confirmed");
            }
            natsMsg* received = nullptr;
            natsStatus const status = natsSubscription_NextMsg(&received, answers_.get(), left < 100 ? left : 100);
            Handle<natsMsg> const answer{received};
            if (status == NATS_OK) {
                return number_confirmed_by(answer.get());
            }
            if (status == NATS_NO_RESPONDERS) {
                throw_unheard(until);
            }
            char const* text = nullptr;
            natsStatus const last = natsConnection_GetLastError(connection_.get(), &text);
            if (last == NATS_NOT_PERMITTED || last == NATS_CONNECTION_AUTH_FAILED) {
                throw_error(last, "send a message");
            }
            if (status != NATS_TIMEOUT) {
                throw_error(status, "have all messages confirmed");
            }
        }
    }

private:
    [[nodiscard]] static std::shared_ptr<natsOptions> settings_of(Options const& options, TimePoint until) {
        std::shared_ptr<natsOptions> settings = options.client ? options.client : make_client_options();
        natsOptions* const made = settings.get();
        std::vector<char const*> urls;
        urls.reserve(options.urls.size());
        for (std::string const& url : options.urls) {
            urls.push_back(url.c_str());
        }
        auto const count = static_cast<int>(urls.size());
        require_ok(natsOptions_SetServers(made, urls.data(), count), "take the URLs");
        require_ok(natsOptions_SetTimeout(made, milliseconds_left(until) / count + 1), "set a time-out");
        // A server that does not read for so long is taken for lost.
        require_ok(natsOptions_SetWriteDeadline(made, 1'000), "set a time-out");
        require_ok(natsOptions_SetAllowReconnect(made, false), "set an option");
        // Each message waits for an answer: no reason to let it wait for more to be sent along.
        require_ok(natsOptions_SetSendAsap(made, true), "set an option");
        return settings;
    }

    [[nodiscard]] std::uint64_t number_confirmed_by(natsMsg* answer) const {
        Ack const ack = parse_ack({natsMsg_GetData(answer), static_cast<std::size_t>(natsMsg_GetDataLength(answer))});
        if (ack.error != 0) {
            throw_error(NATS_ERR, ack.error, "store a message");
        }
        return std::stoull(natsMsg_GetSubject(answer) + inbox_.size());
    }

    /// Nobody listens to the subject. Whether that lasts is for the stream to say.
    [[noreturn]] void throw_unheard(TimePoint until) const {
        static_cast<void>(stream_info(connection_.get(), stream_, until));
        throw BusError{
            "annals: the JetStream stream '" + stream_ + "' does not take the subject of a message",
            std::to_string(static_cast<int>(NATS_NO_RESPONDERS)),
            false
        };
    }

    std::string stream_;
    Handle<natsConnection> connection_;
    std::string inbox_;
    Handle<natsSubscription> answers_; // goes before the connection
};

} // namespace annals::nats::detail

#endif // ANNALS_NATS_DETAIL_CONNECTION_HPP
