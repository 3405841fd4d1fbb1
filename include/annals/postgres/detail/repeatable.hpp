// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_REPEATABLE_HPP
#define ANNALS_POSTGRES_DETAIL_REPEATABLE_HPP

#include <annals/detail/this_thread.hpp>
#include <annals/postgres/detail/pool.hpp>

#include <chrono>
#include <string_view>

namespace annals::postgres::detail {

/// Calls `work` with a connection; again, with another one, after failures that a repetition may mend, until the
/// deadline. For what may be done twice.
template <class Work>
auto repeatable(Pool& pool, Deadline const& deadline, Work&& work) {
    constexpr std::chrono::milliseconds longest_pause{200};
    constexpr std::string_view read_only = "25006";
    for (std::chrono::milliseconds pause{2};; pause *= 2) {
        try {
            auto connection = pool.borrow(deadline);
            try {
                return work(*connection);
            } catch (StoreError const& error) {
                if (error.native_code() == read_only) {
                    connection->retire(); // the next one looks for the host that can be written to
                }
                throw;
            }
        } catch (StoreError const& error) {
            pause = pause < longest_pause ? pause : longest_pause;
            // A try that begins when the time is over would only make the outcome unknown.
            if (!meaning_of(error.native_code()).is_retried || deadline.is_before(2 * pause)) {
                throw;
            }
        }
        annals::detail::sleep_for(pause);
    }
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_REPEATABLE_HPP
