// SPDX-License-Identifier: MIT

#ifndef ORDERS_CATALOGUE_HPP
#define ORDERS_CATALOGUE_HPP

#include <string>

namespace orders {

/// Writes what is new in the program's events into their catalogue, `events.json` beside these files. A test compares
/// the two.
/// @throws annals::CatalogueMismatch  for a change that would leave stored events unread
void write_catalogue(std::string const& file);

} // namespace orders

#endif // ORDERS_CATALOGUE_HPP
