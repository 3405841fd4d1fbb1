// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_FAILURE_HPP
#define ANNALS_DETAIL_FAILURE_HPP

#include <annals/bus_error.hpp>
#include <annals/detail/utf8.hpp>
#include <annals/stream_error.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace annals::detail {

/// Whether the exception that is being handled may not come again if the same is done again.
[[nodiscard]] inline bool is_transient_failure() {
    try {
        throw;
    } catch (StoreError const& error) {
        return error.is_transient();
    } catch (BusError const& error) {
        return error.is_transient();
    } catch (AppendOutcomeUnknown const&) {
        return true;
    } catch (DeadlineExceeded const&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// What the exception that is being handled says, as any database can keep it: UTF-8 of at most 1,000 bytes.
[[nodiscard]] inline std::string failure_text() {
    std::string text;
    try {
        throw;
    } catch (std::exception const& error) {
        text = std::string_view{error.what()}.substr(0, 1'000);
    } catch (...) {
        text = "an exception that is no std::exception";
    }
    if (!is_utf8_without_nul(text)) {
        for (char& c : text) {
            c = c >= ' ' && c <= '~' ? c : '?';
        }
    }
    return text;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_FAILURE_HPP
