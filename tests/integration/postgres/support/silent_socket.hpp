// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SILENT_SOCKET_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SILENT_SOCKET_HPP

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace integration::postgres {

/// A file descriptor that is closed at the end.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {
        if (number_ < 0) {
            throw std::runtime_error{"cannot make a socket"};
        }
    }
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

/// A port of this machine at which nobody answers: connections are made, but nobody reads; or, with a full queue, a
/// connection is not even made.
class SilentSocket {
public:
    enum class Queue { open, full };

    explicit SilentSocket(Queue queue) {
        ::sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        ::socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<::sockaddr*>(&address);
        if (::bind(listening_.number(), plain, size) != 0 ||
            ::listen(listening_.number(), queue == Queue::full ? 0 : 64) != 0 ||
            ::getsockname(listening_.number(), plain, &size) != 0) {
            throw std::runtime_error{"cannot listen"};
        }
        port_ = ::ntohs(address.sin_port);
        for (int i = 0; queue == Queue::full && i < 4; ++i) {
            Descriptor& waiting = waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            static_cast<void>(::connect(waiting.number(), plain, size));
        }
    }

    [[nodiscard]] std::string conninfo() const {
        return "host=127.0.0.1 port=" + std::to_string(port_) + " user=annals dbname=postgres";
    }

private:
    Descriptor listening_{::socket(AF_INET, SOCK_STREAM, 0)};
    std::vector<Descriptor> waiting_;
    int port_ = 0;
};

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_SILENT_SOCKET_HPP
