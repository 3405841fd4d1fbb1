// SPDX-License-Identifier: MIT

#ifndef ORDERS_OPTIONS_HPP
#define ORDERS_OPTIONS_HPP

#include "text.hpp"
#include <annals/annals.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace orders {

/// An option whose text is read by a function of ours, which throws CLI::ValidationError: CLI11 itself takes
/// 99999999999999999999 for the largest number there is.
template <class Parse>
CLI::Option* add_option(
    CLI::App& command, std::string const& name, std::string const& type, std::string const& description, Parse parse
) {
    auto const parse_first = [parse](CLI::results_t const& texts) {
        parse(texts.front());
        return true;
    };
    return command.add_option(name, parse_first, description)->type_name(type);
}

/// An option that is a version of an order: a number above 0.
template <class Version>
CLI::Option* add_version(CLI::App& command, std::string const& name, std::string const& description, Version& version) {
    return add_option(command, name, "N", description, [name, &version](auto& text) {
        std::int64_t const number = parse_whole_number(text).value_or(0);
        if (number <= 0) {
            throw CLI::ValidationError{name, "not a whole number above 0"};
        }
        version = annals::Version{number};
    });
}

} // namespace orders

#endif // ORDERS_OPTIONS_HPP
