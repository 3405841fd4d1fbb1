// SPDX-License-Identifier: MIT

#ifndef ORDERS_OVERLOADED_HPP
#define ORDERS_OVERLOADED_HPP

namespace orders {

/// Several lambdas as one visitor of a variant.
template <class... Lambdas>
struct Overloaded : Lambdas... {
    using Lambdas::operator()...;
};
template <class... Lambdas>
Overloaded(Lambdas...) -> Overloaded<Lambdas...>;

} // namespace orders

#endif // ORDERS_OVERLOADED_HPP
