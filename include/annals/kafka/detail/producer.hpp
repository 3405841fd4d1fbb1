// SPDX-License-Identifier: MIT

#ifndef ANNALS_KAFKA_DETAIL_PRODUCER_HPP
#define ANNALS_KAFKA_DETAIL_PRODUCER_HPP

#include <annals/kafka/detail/verdict.hpp>
#include <annals/kafka/options.hpp>
#include <annals/message.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <librdkafka/rdkafka.h>
#include <memory>
#include <string>

namespace annals::kafka::detail {

using TimePoint = std::chrono::steady_clock::time_point;

/// One producer of librdkafka. All callbacks run in the thread that calls it. It stays where it was made, for they
/// point to it.
///
/// **Order.** A partition has one request under way at a time, whose messages the broker takes all or none, and the
/// library goes on only when it is confirmed: what was accepted is always the beginning of what was given. Nothing is
/// given up before the producer goes, and an error that lasts stops the whole producer (`enable.gapless.guarantee`), so
/// no message overtakes one that failed. After a failure the producer must go, with all that it still holds.
class Producer {
public:
    explicit Producer(Options const& options) {
        std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf{
            conf_of(options), &rd_kafka_conf_destroy
        };
        rd_kafka_conf_set_opaque(conf.get(), this);
        rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t*, rd_kafka_message_t const* message, void* self) {
            static_cast<Producer*>(self)->on_report(*message);
        });
        rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t* client, int code, char const*, void* self) {
            static_cast<Producer*>(self)->on_error(client, static_cast<rd_kafka_resp_err_t>(code));
        });
        std::array<char, 512> reason{};
        client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), reason.data(), reason.size()));
        if (!client_) {
            throw BusError{
                std::string{"annals: librdkafka makes no producer: "} + reason.data(), "_INVALID_ARG", false
            };
        }
        conf.release(); // NOLINT(bugprone-unused-return-value): now the producer's own
    }
    Producer(Producer const&) = delete;
    Producer& operator=(Producer const&) = delete;
    ~Producer() = default;

    /// librdkafka's configuration for a bus; the caller's to destroy.
    /// @throws InvalidInput  if librdkafka refuses a setting
    [[nodiscard]] static rd_kafka_conf_t* conf_of(Options const& options) {
        std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf{
            rd_kafka_conf_new(), &rd_kafka_conf_destroy
        };
        auto const set = [&conf](std::string const& name, std::string const& value) {
            // The library's own text is left out: it repeats the value, and that may be a password.
            if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), nullptr, 0) != RD_KAFKA_CONF_OK) {
                throw InvalidInput{"annals: librdkafka does not take the setting " + name};
            }
        };
        // A topic that does not exist shall be told apart from brokers that do not answer.
        auto const half = options.deadline.count() / 2;
        set("topic.metadata.propagation.max.ms", std::to_string(half < 30'000 ? half : 30'000));
        for (auto const& [name, value] : options.conf) {
            set(name, value);
        }
        set("enable.idempotence", "true");
        set("enable.gapless.guarantee", "true");
        set("acks", "all");
        set("max.in.flight.requests.per.connection", "1");
        set("message.timeout.ms", "0"); // never: the deadline is kept here
        return conf.release();
    }

    /// Hands a message to the library, which sends it soon.
    /// @throws BusError  if it refuses it, or the time is over before it has room
    void send(Message const& message, TimePoint until) {
        while (true) {
            rd_kafka_resp_err_t const code = try_send(message);
            if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
                ++unconfirmed_;
                return;
            }
            if (code == RD_KAFKA_RESP_ERR__FATAL) {
                keep(code);
            } else if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
                throw_error(code, "take a message");
            }
            wait(until);
        }
    }

    /// @throws BusError  if a message is refused, or the time is over before all are confirmed
    void wait_for_all(TimePoint until) {
        while (unconfirmed_ > 0) {
            wait(until);
        }
    }

private:
    struct Destroy {
        void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
    };

    [[nodiscard]] rd_kafka_resp_err_t try_send(Message const& message) {
        rd_kafka_headers_t* const headers = rd_kafka_headers_new(message.headers.size() + 1);
        auto const add = [headers](std::string const& name, std::string const& value) {
            rd_kafka_header_add(headers, name.c_str(), -1, value.data(), static_cast<ssize_t>(value.size()));
        };
        add("message-id", to_text(message.id));
        for (auto const& [name, value] : message.headers) {
            add(name, value);
        }
        // What the macros RD_KAFKA_V_... stand for, without their casts.
        rd_kafka_resp_err_t const code = rd_kafka_producev(
            client_.get(),
            RD_KAFKA_VTYPE_TOPIC,
            message.subject.c_str(),
            RD_KAFKA_VTYPE_KEY,
            message.key.data(),
            message.key.size(),
            RD_KAFKA_VTYPE_VALUE,
            message.body.data(),
            message.body.size(),
            RD_KAFKA_VTYPE_HEADERS,
            headers,
            RD_KAFKA_VTYPE_MSGFLAGS,
            RD_KAFKA_MSG_F_COPY,
            RD_KAFKA_VTYPE_END
        );
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_headers_destroy(headers);
        }
        return code;
    }

    /// Takes reports for a while.
    void wait(TimePoint until) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        bool const is_over = left <= 0;
        auto const slice = left < 100 ? left : 100;
        rd_kafka_poll(client_.get(), is_over ? 0 : static_cast<int>(slice));
        if (error_ != RD_KAFKA_RESP_ERR_NO_ERROR && (!is_aftermath(error_) || unconfirmed_ == 0 || is_over)) {
            throw_error(error_, "store a message");
        }
        if (is_over && unconfirmed_ > 0) {
            throw_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "have all messages confirmed");
        }
    }

    /// What says that the producer has stopped, but not why: the report of a message tells, then or later.
    [[nodiscard]] static constexpr bool is_aftermath(rd_kafka_resp_err_t code) noexcept {
        return code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE ||
               code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    }

    void on_report(rd_kafka_message_t const& message) {
        --unconfirmed_;
        bool const is_stored = message.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                               rd_kafka_message_status(&message) == RD_KAFKA_MSG_STATUS_PERSISTED;
        if (!is_stored) {
            keep(message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__FAIL : message.err);
        }
    }

    /// The library tells of all sorts of trouble that it gets over by itself; only two kinds end the matter.
    void on_error(rd_kafka_t* client, rd_kafka_resp_err_t code) {
        if (code == RD_KAFKA_RESP_ERR__FATAL) {
            keep(rd_kafka_fatal_error(client, nullptr, 0));
        } else if (is_lasting(code)) {
            keep(code);
        }
    }

    void keep(rd_kafka_resp_err_t code) {
        if (error_ == RD_KAFKA_RESP_ERR_NO_ERROR || (is_aftermath(error_) && !is_aftermath(code))) {
            error_ = code;
        }
    }

    std::unique_ptr<rd_kafka_t, Destroy> client_;
    std::size_t unconfirmed_ = 0;
    rd_kafka_resp_err_t error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

} // namespace annals::kafka::detail

#endif // ANNALS_KAFKA_DETAIL_PRODUCER_HPP
