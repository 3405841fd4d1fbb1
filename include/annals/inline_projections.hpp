// SPDX-License-Identifier: MIT

#ifndef ANNALS_INLINE_PROJECTIONS_HPP
#define ANNALS_INLINE_PROJECTIONS_HPP

#include <annals/append.hpp>
#include <annals/detail/log_page.hpp>
#include <annals/detail/projection_consumer.hpp>
#include <annals/detail/projection_life.hpp>
#include <annals/detail/truncated_streams.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace annals {

/// An event store whose appends bring read models up to date: in the same database, in the same transaction.
///
/// `annals::InlineProjections orders_store{store, OrderSummary{}}; auto orders =
/// annals::repository_for<Order>(orders_store);`
///
/// When `append` returns, readers of the read model see the events; when a handler throws, nothing was written and the
/// exception passes through. All writers of these events must append through it, or the read model misses what they
/// wrote. A projection that was not run inline before is brought up to date when this is made, in one transaction: let
/// a `ProjectionRunner` do most of that first if the log is long.
///
/// Over an in-memory store the projection is the read model itself, passed with `std::ref`, and is folded anew from the
/// first event on. Its handlers must not call the store, and what they have changed before they throw stays changed.
///
/// Thread-safe, since each append works with a copy of the projections, or alone. The store must outlive it.
template <class Store, class... Ps>
class InlineProjections {
    static constexpr bool is_in_memory = requires(Store& store) { store.projection_table(); };
    static_assert(
        detail::SqlStore<Store> || is_in_memory, "annals: inline projections need a store with transactions of its own"
    );
    static_assert(
        !is_in_memory || (... && !std::same_as<Ps, std::unwrap_reference_t<Ps>>),
        "annals: over an in-memory store the projection is the read model: pass it with std::ref"
    );

    template <class P>
    using Consumer = detail::ProjectionConsumer<Store, P>;

public:
    using payload_type = typename Store::payload_type;

    /// @throws FencedOut   if a newer definition of a projection is served
    /// @throws UsageError  if one would begin without events that were truncated, and does not accept that
    /// @throws what the store and the projections throw
    explicit InlineProjections(Store& store, Ps... projections)
        : store_{store}, consumers_{Consumer<Ps>{std::move(projections)}...} {
        std::apply([this](auto&... consumers) { (..., this->take_over(consumers)); }, consumers_);
    }

    /// Appends to one stream. See `EventStore`.
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<payload_type> const> events) {
        StreamAppend<payload_type> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    /// @throws FencedOut  if a runner or a newer definition has taken a projection over; and what the handlers throw
    std::vector<AppendResult> append(std::span<StreamAppend<payload_type> const> commit) {
        return detail::with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
            for (ProjectionKey const& key : keys_) {
                require_own(rows, key);
            }
            return append_and_handle(commit, transaction...);
        });
    }

    /// As the store's.
    [[nodiscard]] auto get_events(StreamName const& stream, Version after = {}) const {
        return std::as_const(store_).get_events(stream, after);
    }
    /// As the store's.
    [[nodiscard]] auto
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        return std::as_const(store_).read_all(after, limit, filter);
    }
    /// As the store's.
    [[nodiscard]] auto get_all_events() const { return std::as_const(store_).get_all_events(); }
    /// As the store's.
    [[nodiscard]] Version stream_version(StreamName const& stream) const { return store_.stream_version(stream); }
    /// As the store's.
    [[nodiscard]] Position head() const { return store_.head(); }
    /// As the store's.
    template <class State = void>
    [[nodiscard]] auto snapshot_store() const {
        return store_.template snapshot_store<State>();
    }

private:
    template <class Transaction>
    std::vector<AppendResult>
    append_and_handle(std::span<StreamAppend<payload_type> const> commit, Transaction& transaction) const {
        auto consumers = consumers_;
        auto results = transaction.append(commit);
        for (std::size_t i = 0; i < commit.size(); ++i) {
            if (commit[i].events.empty() || results[i].already_appended) {
                continue;
            }
            Version const before{results[i].version.value() - static_cast<std::int64_t>(commit[i].events.size())};
            handle(consumers, transaction.get_events(commit[i].stream, before), transaction);
        }
        return results;
    }

    std::vector<AppendResult> append_and_handle(std::span<StreamAppend<payload_type> const> commit) {
        return store_.append(commit, [this](auto const& events) { handle(consumers_, events); });
    }

    template <class Consumers, class Events, class... Transaction>
    static void handle(Consumers& consumers, Events&& events, Transaction&... transaction) {
        for (auto const& event : events) {
            std::apply([&](auto&... each) { (..., each.handle_one(event, true, transaction...)); }, consumers);
        }
    }

    /// Keeps others from taking the projection over until the transaction ends.
    template <class Rows>
    static void require_own(Rows& rows, ProjectionKey const& key) {
        auto const row = rows.share(key);
        if (!row || row->state != ProjectionState::transacted) {
            throw FencedOut{detail::name_of(key) + " is not kept up to date by these appends any more"};
        }
    }

    /// From now on it is kept up to date here, and by no runner.
    template <class P>
    void take_over(Consumer<P>& consumer) {
        std::vector<StreamName> lost;
        if (!Consumer<P>::accepts_truncated()) {
            lost = detail::truncated_streams(store_, consumer.filter());
        }
        detail::with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
            auto const key = detail::open_projection(rows, consumer.name(), consumer.definition(), 0, 1).key;
            ProjectionStatus row = rows.lock(key).value();
            bool const is_to_begin =
                is_in_memory || (row.position == Position{} && row.state != ProjectionState::transacted);
            if (is_to_begin && !lost.empty()) {
                throw detail::lacks_truncated(consumer.name(), lost);
            }
            consumer.prepare(row.key.generation, transaction...);
            keys_.push_back(key);
            if constexpr (is_in_memory) {
                row.position = {};
            } else if (row.state == ProjectionState::transacted) {
                return;
            }
            while (true) {
                auto const page = detail::read_page(log_of(transaction...), row.position, consumer.filter(), {});
                for (auto const& event : page.events) {
                    consumer.handle_one(event, !is_in_memory && row.is_served, transaction...);
                }
                row.position = page.end;
                if (page.reaches_head) {
                    break;
                }
            }
            if (row.position != Position{}) {
                row.event_id = detail::event_id_at(store_, rows, row.position).value();
            }
            detail::serve_instead(rows, row, ProjectionState::transacted);
            consumer.serve(row.key.generation, transaction...);
        });
    }

    [[nodiscard]] Store const& log_of() const { return store_; }
    template <class Transaction>
    [[nodiscard]] static Transaction const& log_of(Transaction& transaction) {
        return transaction;
    }

    Store& store_;
    std::tuple<Consumer<Ps>...> consumers_;
    std::vector<ProjectionKey> keys_;
};

} // namespace annals

#endif // ANNALS_INLINE_PROJECTIONS_HPP
