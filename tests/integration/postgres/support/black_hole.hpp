// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_BLACK_HOLE_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_BLACK_HOLE_HPP

#include <tests/integration/postgres/support/silent_socket.hpp>

#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

namespace integration::postgres {

/// A network between the test and this machine that can swallow all that is sent: nobody says that the other end is
/// gone. It takes root and iproute2.
class BlackHole {
public:
    BlackHole() {
        is_made_ = ip("netns add " + name_) &&
                   ip("link add " + device_ + "a type veth peer name " + device_ + "b netns " + name_) &&
                   ip("addr add " + address() + "/30 dev " + device_ + "a") && ip("link set " + device_ + "a up") &&
                   ip("-n " + name_ + " addr add " + net_ + "2/30 dev " + device_ + "b") &&
                   ip("-n " + name_ + " link set " + device_ + "b up");
    }
    BlackHole(BlackHole const&) = delete;
    BlackHole& operator=(BlackHole const&) = delete;
    ~BlackHole() {
        ip("link del " + device_ + "a");
        ip("netns del " + name_);
    }

    [[nodiscard]] bool is_made() const noexcept { return is_made_; }
    /// Of this machine, as seen from within.
    [[nodiscard]] std::string address() const { return net_ + "1"; }

    void swallow() {
        require(
            ip("-n " + name_ + " neigh replace " + address() + " lladdr 02:00:00:00:00:99 nud permanent dev " +
               device_ + "b")
        );
    }
    void let_through() { require(ip("-n " + name_ + " neigh del " + address() + " dev " + device_ + "b")); }

    /// Does something within the network: sockets that it makes belong there.
    template <class Work>
    void run(Work&& work) const {
        std::exception_ptr failure;
        std::thread within{[&] {
            try {
                Descriptor const space{::open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC)};
                require(::setns(space.number(), CLONE_NEWNET) == 0); // of this thread alone
                work();
            } catch (...) {
                failure = std::current_exception();
            }
        }};
        within.join();
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

private:
    static bool ip(std::string const& arguments) {
        return std::system(("ip " + arguments + " >/dev/null 2>&1").c_str()) == 0;
    }
    static void require(bool worked) {
        if (!worked) {
            throw std::runtime_error{"cannot change the network of the test"};
        }
    }

    std::string number_ = std::to_string(::getpid());
    std::string name_ = "annals-" + number_;
    std::string device_ = "an" + number_; // 15 characters at most
    std::string net_ = "10.213." + std::to_string(::getpid() % 250) + '.';
    bool is_made_ = false;
};

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_BLACK_HOLE_HPP
