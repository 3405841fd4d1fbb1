// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWERS_HPP
#define ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWERS_HPP

#include <annals/projection_runner.hpp>
#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/integration/subscriptions/support/following.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace following {

/// A subscription and a running projection over one store, which look every 50 ms if no hint comes.
template <class Store>
class Followers {
public:
    /// @param make_hint  called for each of them
    Followers(Store& store, std::string tables, std::function<annals::AppendHint()> const& make_hint)
        : subscription_{store, seen_, {.poll = poll, .hint = make_hint()}},
          runner_{
              store,
              bank::Totals{std::move(tables)},
              {.poll = poll, .longest_wait = std::chrono::milliseconds{100}, .hint = make_hint()}
          } {
        runner_.start();
    }

    /// Waits until both have handled what was appended.
    [[nodiscard]] bool get(annals::AppendResult const& appended) {
        return comes_true([&] { return subscription_.position() >= appended.position; }) && comes_true([&] {
                   auto const row = runner_.progress().projection;
                   return row && row->is_served && row->position >= appended.position;
               });
    }

    /// They have not failed, and end.
    void stop() {
        subscription_.stop();
        runner_.stop();
        CHECK(subscription_.wait(std::chrono::milliseconds{0}));
        CHECK(runner_.wait(std::chrono::milliseconds{0}));
    }

    /// After `stop`: that each event was handled once, in order.
    template <class Place>
    void check(Place const& place, Store& store) const {
        CHECK(seen_.ids() == ids_of(store));
        CHECK(projections::lines(place, store) == bank::fold(store));
    }

private:
    static constexpr std::chrono::milliseconds poll{50};

    Seen seen_;
    annals::Subscription<Store> subscription_;
    annals::ProjectionRunner<Store, bank::Totals> runner_;
};

} // namespace following

#endif // ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWERS_HPP
