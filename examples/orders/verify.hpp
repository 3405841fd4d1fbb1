// SPDX-License-Identifier: MIT

#ifndef ORDERS_VERIFY_HPP
#define ORDERS_VERIFY_HPP

#include "stores.hpp"
#include <annals/hash_chain.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace orders {

/// The head of an order's chain as a text to be kept elsewhere: `<64 digits>:3:536365`.
[[nodiscard]] std::string text_of_head(annals::ChainHead const& head);

/// Nothing if the text is anything else.
[[nodiscard]] std::optional<annals::ChainHead> parse_head(std::string_view text);

struct VerifyOptions {
    std::string head_of;                      ///< an order; or empty
    std::optional<annals::ChainHead> against; ///< kept from an earlier run
};

/// Compares everything that is stored with the chain of hashes, then links what has come since. Prints how much that
/// was, or the head that was asked for.
/// @throws annals::BrokenChain  if an event is not what it was when it was linked
/// @throws std::domain_error    if there is no such order, or the store is in memory
template <class Store>
void verify(Store& store, VerifyOptions const& options);

} // namespace orders

#endif // ORDERS_VERIFY_HPP
