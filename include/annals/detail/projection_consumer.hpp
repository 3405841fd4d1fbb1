// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_CONSUMER_HPP
#define ANNALS_DETAIL_PROJECTION_CONSUMER_HPP

#include <annals/detail/projection_access.hpp>
#include <annals/detail/projection_handlers.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace annals::detail {

template <class Store, class P>
struct HandlersOver {
    static_assert(check_named_projection<P>());
    using type = HandlersOf<P>;
};
template <SqlStore Store, class P>
struct HandlersOver<Store, P> {
    static_assert(check_named_projection<P, typename Store::transaction_type>());
    using type = HandlersOf<P, typename Store::transaction_type>;
};

/// A projection as `LogFollower` runs it.
template <class Store, class Held>
class ProjectionConsumer {
    using P = std::remove_reference_t<std::unwrap_reference_t<Held>>;
    using Handlers = typename HandlersOver<Store, P>::type;

public:
    static constexpr bool is_transactional = Handlers::is_transactional;

    explicit ProjectionConsumer(Held projection) : projection_{std::move(projection)} {}

    [[nodiscard]] static std::string name() { return std::string{P::name}; }
    [[nodiscard]] static std::int64_t definition() {
        if constexpr (requires { P::version; }) {
            return P::version;
        } else {
            return 1;
        }
    }
    /// Whether it may be built of a log that has lost events.
    [[nodiscard]] static constexpr bool accepts_truncated() {
        if constexpr (requires { P::accepts_truncated; }) {
            return P::accepts_truncated;
        } else {
            return false;
        }
    }
    [[nodiscard]] static EventFilter filter() { return Handlers::filter(); }

    template <class... Transaction>
    void prepare(std::int64_t generation, Transaction&... transaction) {
        P& projection = projection_;
        if constexpr (requires { projection.prepare(generation, transaction...); }) {
            projection.prepare(generation, transaction...);
        } else if constexpr (requires { projection.prepare(generation); }) {
            projection.prepare(generation);
        }
    }

    template <class... Transaction>
    void serve(std::int64_t generation, Transaction&... transaction) {
        P& projection = projection_;
        if constexpr (requires { projection.serve(generation, transaction...); }) {
            projection.serve(generation, transaction...);
        } else if constexpr (requires { projection.serve(generation); }) {
            projection.serve(generation);
        }
    }

    template <class Payload, class MayGoOn, class... Transaction>
    void handle(
        std::vector<SourcedEvent<Payload>> const& events,
        bool is_live,
        std::size_t& done,
        MayGoOn const& may_go_on,
        Transaction&... transaction
    ) {
        for (SourcedEvent<Payload> const& event : events) {
            if (done > 0 && !may_go_on()) {
                return;
            }
            handle_one(event, is_live, transaction...);
            ++done;
        }
    }

    template <class Payload, class... Transaction>
    void handle_one(SourcedEvent<Payload> const& event, bool is_live, Transaction&... transaction) {
        P& projection = projection_;
        if constexpr (is_transactional) {
            Handlers::take(projection, event, is_live, transaction...);
        } else {
            HandlersOf<P>::take(projection, event, is_live);
        }
    }

private:
    Held projection_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_CONSUMER_HPP
