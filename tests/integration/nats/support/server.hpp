// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_SERVER_HPP
#define ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_SERVER_HPP

#include <annals/event_id.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace annals_tests::nats {

/// A port of loopback that nothing listens at now.
[[nodiscard]] inline int free_port() {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<::sockaddr*>(&address);
    bool const bound = ::bind(socket, any, size) == 0 && ::getsockname(socket, any, &size) == 0;
    ::close(socket);
    if (!bound) {
        throw std::runtime_error{"no free port"};
    }
    return ntohs(address.sin_port);
}

/// A nats-server with JetStream on loopback, its files in a temporary folder. It dies with the test.
class Server {
public:
    /// @param config  further lines of its configuration
    explicit Server(std::string const& config = {}) {
        std::filesystem::create_directories(folder_);
        std::ofstream{folder_ / "server.conf"} << "listen: 127.0.0.1:" << port_ << "\njetstream { store_dir: \""
                                               << (folder_ / "files").string() << "\" }\n"
                                               << config << '\n';
        start();
    }
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;
    ~Server() {
        kill_hard();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

    void start() {
        std::string const config = (folder_ / "server.conf").string();
        std::string const log = (folder_ / "log").string();
        process_ = ::fork();
        if (process_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::execlp("nats-server", "nats-server", "-c", config.c_str(), "-l", log.c_str(), nullptr);
            // Debian puts it where not everybody looks for programs.
            ::execl("/usr/sbin/nats-server", "nats-server", "-c", config.c_str(), "-l", log.c_str(), nullptr);
            ::_exit(127);
        }
        wait_until_it_listens();
    }
    /// Kills it as a crash would; its files stay.
    void kill_hard() { end(SIGKILL); }
    void stop() { end(SIGTERM); }
    /// It holds its connections and answers nothing.
    void freeze() const {
        ::kill(process_, SIGSTOP);
        ::waitpid(process_, nullptr, WUNTRACED); // all its threads have stopped
    }
    void thaw() const { ::kill(process_, SIGCONT); }

private:
    void end(int signal) {
        if (process_ > 0) {
            ::kill(process_, signal);
            ::waitpid(process_, nullptr, 0);
            process_ = -1;
        }
    }

    void wait_until_it_listens() {
        auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        while (std::chrono::steady_clock::now() < until) {
            int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            ::sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            address.sin_port = htons(static_cast<std::uint16_t>(port_));
            bool const listens = ::connect(socket, reinterpret_cast<::sockaddr*>(&address), sizeof address) == 0;
            ::close(socket);
            if (listens) {
                return;
            }
            if (::waitpid(process_, nullptr, WNOHANG) == process_) {
                process_ = -1;
                throw std::runtime_error{"nats-server did not start; Debian's package is nats-server"};
            }
            ::usleep(10'000);
        }
        throw std::runtime_error{"nats-server does not listen"};
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("annals-nats-" + annals::to_text(annals::new_event_id()));
    int port_ = free_port();
    ::pid_t process_ = -1;
};

} // namespace annals_tests::nats

#endif // ANNALS_TESTS_INTEGRATION_NATS_SUPPORT_SERVER_HPP
