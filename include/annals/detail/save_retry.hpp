// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SAVE_RETRY_HPP
#define ANNALS_DETAIL_SAVE_RETRY_HPP

#include <annals/retry.hpp>
#include <annals/stream_error.hpp>

#include <optional>

namespace annals::detail {

/// Runs `save` again while the store is busy or its outcome is unknown: the same events, so that nothing is written
/// twice.
/// @returns false if another writer was first and there is time for another attempt
/// @throws what the last attempt threw, or `AppendOutcomeUnknown` if an earlier one may have written
template <class Save>
[[nodiscard]] bool save_unless_overtaken(Save&& save, Retry& retry) {
    std::optional<AppendOutcomeUnknown> unknown; // from then on a failure does not say that nothing was written
    while (true) {
        try {
            save();
            return true;
        } catch (ConcurrencyError const&) {
            if (!retry.wait_for_next_attempt()) {
                throw;
            }
            return false;
        } catch (AppendOutcomeUnknown const& error) {
            if (!retry.wait_for_next_attempt()) {
                throw;
            }
            unknown = error;
        } catch (StoreError const& error) {
            if (!error.is_transient() || !retry.wait_for_next_attempt()) {
                if (unknown) {
                    throw AppendOutcomeUnknown{*unknown};
                }
                throw;
            }
        }
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_SAVE_RETRY_HPP
