// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_KILLER_HPP
#define ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_KILLER_HPP

#include <tests/reliability/postgres/support/test_schema.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

namespace reliability {

/// Ends a session of the server now and then, from another one, until it is destroyed.
class Killer {
public:
    /// @param application  of the victims, the application_name of their connection strings
    Killer(TestSchema const& schema, std::string const& application, std::chrono::milliseconds pause)
        : killing_{std::async(std::launch::async, [this, &schema, application, pause] {
              Session session = schema.session();
              while (!is_over_) {
                  std::this_thread::sleep_for(pause);
                  kills_ += session.run(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
                                application + "' AND state <> 'idle' ORDER BY random() LIMIT 1"
                            ) == "t";
              }
          })} {}
    Killer(Killer const&) = delete;
    Killer& operator=(Killer const&) = delete;
    ~Killer() { is_over_ = true; }

    [[nodiscard]] int kills() const noexcept { return kills_; }

private:
    std::atomic<int> kills_{0};
    std::atomic<bool> is_over_{false};
    std::future<void> killing_; // the last, so that its end is waited for while the others live
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_POSTGRES_SUPPORT_KILLER_HPP
