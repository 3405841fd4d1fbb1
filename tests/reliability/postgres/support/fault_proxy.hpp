// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_FAULT_PROXY_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_FAULT_PROXY_HPP

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace reliability {

/// How far an exchange gets before its connection is cut.
struct Cut {
    static constexpr std::size_t never = (std::numeric_limits<std::size_t>::max)();

    std::size_t after_request = never; ///< bytes that the server gets: the connection is cut as soon as it has them
    std::size_t after_reply = never;   ///< bytes that the client gets, likewise; with 0, once the server answers
    std::chrono::milliseconds server_side{0}; ///< for so much longer the server believes its client to be there
};

/// Stands between a client and a server on loopback, and cuts connections on demand.
class FaultProxy {
public:
    explicit FaultProxy(std::uint16_t server_port) : server_port_{server_port}, listener_{new_socket()} {
        ::sockaddr_in address = loopback(0);
        ::socklen_t size = sizeof address;
        if (::bind(listener_.get(), generic(address), size) != 0 || ::listen(listener_.get(), 64) != 0 ||
            ::getsockname(listener_.get(), generic(address), &size) != 0) {
            throw std::runtime_error{"the proxy cannot listen"};
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] {
            while (!is_over_) {
                step();
            }
        }};
    }
    FaultProxy(FaultProxy const&) = delete;
    FaultProxy& operator=(FaultProxy const&) = delete;
    ~FaultProxy() {
        is_over_ = true;
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Cuts the next exchange of any client so.
    void arm(Cut cut) {
        std::lock_guard const lock{mutex_};
        armed_ = cut;
        request_size_ = 0;
        reply_size_ = 0;
        for (Link& link : links_) {
            link.cut.reset();
        }
    }
    [[nodiscard]] int cuts() const noexcept { return cuts_; }

    /// What has passed of the exchange that was armed for last.
    [[nodiscard]] std::size_t request_size() const { return guarded(request_size_); }
    [[nodiscard]] std::size_t reply_size() const { return guarded(reply_size_); }

private:
    using Clock = std::chrono::steady_clock;

    class Socket {
    public:
        explicit Socket(int number) noexcept : number_{number} {
            int const at_once = 1;
            ::setsockopt(number_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        }
        Socket(Socket&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
        Socket& operator=(Socket&& other) noexcept {
            std::swap(number_, other.number_);
            return *this;
        }
        Socket(Socket const&) = delete;
        Socket& operator=(Socket const&) = delete;
        ~Socket() { close(); }

        [[nodiscard]] int get() const noexcept { return number_; }
        void close() noexcept {
            if (number_ >= 0) {
                ::close(std::exchange(number_, -1));
            }
        }

    private:
        int number_;
    };

    struct Link {
        Socket client;
        Socket server;
        std::optional<Cut> cut{};
        Clock::time_point server_until = Clock::time_point::max();
    };

    [[nodiscard]] static Socket new_socket() { return Socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}; }
    [[nodiscard]] static ::sockaddr_in loopback(std::uint16_t port) {
        ::sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }
    [[nodiscard]] static ::sockaddr* generic(::sockaddr_in& address) { return reinterpret_cast<::sockaddr*>(&address); }

    [[nodiscard]] std::size_t guarded(std::size_t const& value) const {
        std::lock_guard const lock{mutex_};
        return value;
    }

    /// Waits for something to do, and does it.
    void step() {
        std::vector<::pollfd> sockets{{listener_.get(), POLLIN, 0}};
        for (Link const& link : links_) {
            sockets.push_back({link.client.get(), POLLIN, 0}); // negative ones are passed over
            sockets.push_back({link.server.get(), POLLIN, 0});
        }
        ::poll(sockets.data(), sockets.size(), 5);
        std::lock_guard const lock{mutex_};
        std::size_t at = 1;
        for (Link& link : links_) {
            if (sockets[at++].revents != 0) {
                pass_request(link);
            }
            if (sockets[at++].revents != 0) {
                pass_reply(link);
            }
            if (Clock::now() > link.server_until) {
                link.server.close();
            }
        }
        links_.remove_if([](Link const& link) { return link.server.get() < 0; });
        if (sockets[0].revents != 0) {
            accept();
        }
    }

    void accept() {
        Link link{Socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}, new_socket()};
        ::sockaddr_in address = loopback(server_port_);
        if (::connect(link.server.get(), generic(address), sizeof address) == 0) {
            links_.push_back(std::move(link));
        }
    }

    void pass_request(Link& link) {
        if (armed_) {
            link.cut = std::exchange(armed_, std::nullopt);
        }
        std::size_t const allowed =
            link.cut ? link.cut->after_request - std::min(request_size_, link.cut->after_request) : Cut::never;
        std::size_t const passed = pass(link.client, link.server, allowed);
        if (link.client.get() < 0) {
            link.server.close();
        } else if (link.cut) {
            request_size_ += passed;
            if (request_size_ >= link.cut->after_request) {
                cut(link);
            }
        }
    }

    void pass_reply(Link& link) {
        std::size_t const allowed =
            link.cut ? link.cut->after_reply - std::min(reply_size_, link.cut->after_reply) : Cut::never;
        std::size_t const passed = pass(link.server, link.client, allowed);
        if (link.server.get() < 0) {
            link.client.close();
        } else if (link.cut && link.client.get() >= 0) {
            reply_size_ += passed;
            if (reply_size_ >= link.cut->after_reply) {
                cut(link);
            }
        }
    }

    /// Hands on what has come, at most so many bytes of it. Closes `from` if its other end did.
    static std::size_t pass(Socket& from, Socket const& to, std::size_t allowed) {
        std::array<char, 65'536> bytes{};
        ::ssize_t const got = ::recv(from.get(), bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            from.close();
            return 0;
        }
        std::size_t const wanted = std::min(static_cast<std::size_t>(got), allowed);
        for (std::size_t sent = 0; sent < wanted && to.get() >= 0;) {
            ::ssize_t const taken = ::send(to.get(), bytes.data() + sent, wanted - sent, MSG_NOSIGNAL);
            if (taken <= 0) {
                break;
            }
            sent += static_cast<std::size_t>(taken);
        }
        return wanted;
    }

    void cut(Link& link) {
        link.client.close();
        link.server_until = Clock::now() + link.cut->server_side;
        if (link.cut->server_side == std::chrono::milliseconds{0}) {
            link.server.close();
        }
        link.cut.reset();
        ++cuts_;
    }

    std::uint16_t server_port_;
    Socket listener_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::list<Link> links_;
    std::optional<Cut> armed_;
    std::size_t request_size_ = 0;
    std::size_t reply_size_ = 0;
    std::atomic<int> cuts_{0};
    std::atomic<bool> is_over_{false};
    std::thread thread_;
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_FAULT_PROXY_HPP
