// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_DEAD_LETTER_REPLAY_HPP
#define ANNALS_DETAIL_DEAD_LETTER_REPLAY_HPP

#include <annals/detail/log_page.hpp>
#include <annals/detail/projection_life.hpp>

#include <cstddef>

namespace annals::detail {

/// Hands the dead letters of the served generation to a consumer (see `LogFollower`), oldest first, and removes those
/// that it has handled: in one transaction each, or afterwards if the consumer does not take the store's transaction,
/// so that nobody waits for what it does elsewhere.
/// Of an event that was truncated there is nothing left to handle: its letter is removed, too.
/// @returns how many it has handled
/// @throws HistoryDiverged  if the store does not have the event of one; it remains, and those behind it
template <class Store, class Consumer>
std::size_t replay_dead_letters(Store& store, Consumer& consumer) {
    auto const letters = read_projection_rows(store, [&](auto& rows) { return rows.dead_letters(consumer.name()); });
    std::size_t count = 0;
    for (DeadLetter const& letter : letters) {
        auto const page = read_page(store, Position{letter.position.first() - 1}, {}, {.batch = 1});
        if (page.events.empty() || page.events.front().event_id != letter.event_id) {
            bool const is_truncated = with_projection_rows(store, [&](auto& rows, auto&...) {
                bool const is_there = is_still_there(store, rows, letter.position, letter.event_id);
                if (is_there) {
                    rows.remove(letter);
                }
                return is_there;
            });
            if (is_truncated) {
                continue;
            }
            throw HistoryDiverged{name_of(letter.key) + " has put an event aside that this store does not have"};
        }
        auto const hand_over = [&](auto&... transaction) {
            std::size_t done = 0;
            consumer.handle(page.events, true, done, [] { return true; }, transaction...);
        };
        auto const is_left = [&](auto& rows, auto&... transaction) {
            auto const row = rows.lock(letter.key);
            bool const is_served = row && row->is_served;
            if (is_served) {
                consumer.prepare(letter.key.generation, transaction...);
            }
            return is_served;
        };
        if constexpr (!Consumer::is_transactional) {
            if (!with_projection_rows(store, is_left)) {
                continue;
            }
            hand_over();
        }
        count += with_projection_rows(store, [&](auto& rows, auto&... transaction) -> std::size_t {
            if (!is_left(rows, transaction...) || !rows.remove(letter)) {
                return 0;
            }
            if constexpr (Consumer::is_transactional) {
                hand_over(transaction...);
            }
            return 1;
        });
    }
    return count;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_DEAD_LETTER_REPLAY_HPP
