// SPDX-License-Identifier: MIT

#include "verify.hpp"

#include <annals/projection_control.hpp>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace orders {

namespace {

/// How many events the chain has linked: positions count from 1 without holes.
template <class Store>
[[nodiscard]] std::int64_t linked_in(Store& store) {
    auto const status = annals::ProjectionControl{store}.status("annals:hash-chain");
    return status.empty() ? 0 : status.back().position.first();
}

} // namespace

std::string text_of_head(annals::ChainHead const& head) {
    return head.hash + ':' + to_text(head.version) + ':' + head.stream.aggregate_id();
}

std::optional<annals::ChainHead> parse_head(std::string_view text) {
    std::string_view const hash = text.substr(0, 64);
    std::string_view const rest = text.substr(hash.size()); // ":3:536365"
    std::size_t const colon = rest.find(':', 1);
    if (!rest.starts_with(':') || colon == rest.npos || hash.find_first_not_of("0123456789abcdef") != hash.npos) {
        return std::nullopt;
    }
    std::int64_t const version = parse_whole_number(rest.substr(1, colon - 1)).value_or(0);
    std::string_view const id = rest.substr(colon + 1);
    if (version <= 0 || id.empty()) {
        return std::nullopt;
    }
    return annals::ChainHead{
        {std::string{annals::aggregate_type<Order>}, std::string{id}}, annals::Version{version}, std::string{hash}
    };
}

template <class Store>
void verify(Store& store, VerifyOptions const& options) {
    annals::HashChain chain{store};
    chain.verify();
    if (options.against) {
        chain.verify(*options.against);
    }
    std::int64_t const verified = linked_in(store);
    chain.catch_up();
    if (options.head_of.empty()) {
        std::cout << with_thousands(verified) << " events are as they were linked, "
                  << with_thousands(linked_in(store) - verified) << " new ones are linked now\n";
        return;
    }
    auto const head = chain.head_of(orders_in(store).stream_of(options.head_of));
    if (!head) {
        throw std::domain_error{"there is no order " + options.head_of};
    }
    std::cout << text_of_head(*head) << '\n';
}

template <>
void verify(MemoryStore&, VerifyOptions const&) {
    throw std::domain_error{"a store in memory has no chain of hashes"};
}

template void verify(SqliteStore&, VerifyOptions const&);
template void verify(PostgresStore&, VerifyOptions const&);

} // namespace orders
