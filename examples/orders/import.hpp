// SPDX-License-Identifier: MIT

#ifndef ORDERS_IMPORT_HPP
#define ORDERS_IMPORT_HPP

#include "stores.hpp"

#include <string>
#include <vector>

namespace orders {

/// Makes an order of each invoice in the files, with an event for each of its lines.
///
/// The store is the only memory of what has been imported: an order gets the lines that it does not have yet, so an
/// import can be repeated, go on after a crash, and overlap with another one. Equal lines of an invoice are counted
/// over all files of one import. Lines that are equal to stored ones are taken for the same lines.
///
/// Complains on the standard error stream of what is left out.
/// @returns whether nothing was left out
template <class Store>
[[nodiscard]] bool import_files(Store& store, std::vector<std::string> const& files, annals::Metadata const& metadata);

} // namespace orders

#endif // ORDERS_IMPORT_HPP
