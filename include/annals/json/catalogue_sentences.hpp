// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_CATALOGUE_SENTENCES_HPP
#define ANNALS_JSON_CATALOGUE_SENTENCES_HPP

#include <annals/json/known_events.hpp>
#include <annals/json/schema_difference.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

// What is said of a difference between the catalogue of events and the code: what differs, and what to do.

namespace annals::detail {

[[nodiscard]] inline std::string same_name_twice(std::string const& name) {
    return "Two events of the code are stored as " + name +
           ". Specialise annals::event_name for one of them, or keep a catalogue for each variant.";
}

[[nodiscard]] inline std::string event_is_missing(std::string const& name) {
    return name + " is in the catalogue but not in the code, and its events are stored for ever. Put it into "
                  "annals::retired_events, or, if it was renamed, into annals::event_aliases of what it is now.";
}

[[nodiscard]] inline std::string
alias_is_lost(std::string const& name, KnownEvent const& event, std::string const& alias) {
    return name + " has lost its alias '" + alias +
           "', under which events are stored. Put it back into annals::event_aliases<" + event.type_name + ">.";
}

[[nodiscard]] inline std::string alias_is_new(std::string const& name, std::string const& alias) {
    return name + " has the new alias '" + alias + "'.";
}

[[nodiscard]] inline std::string version_is_new(std::string const& name, std::string const& version) {
    return name + ": version " + version + " is new.";
}

[[nodiscard]] inline std::string
version_is_missing(std::string const& name, KnownEvent const& event, std::string const& version) {
    return "The code says version " + std::to_string(event.versions.size()) + " of " + name +
           ", the catalogue knows version " + version +
           ". Put the steps that are missing back into annals::event_history<" + event.type_name + ">.";
}

[[nodiscard]] inline std::string version_was_stored(std::string const& name, std::string const& version) {
    return "The code says that no version " + version + " of " + name +
           " was ever stored, but the catalogue knows it. Put its step back in place of annals::NeverStored.";
}

[[nodiscard]] inline std::string
example_is_lost(std::string const& name, std::int32_t version, std::string const& trouble) {
    return name + ": the example of version " + std::to_string(version) + " is not decoded any more: " + trouble + ".";
}

/// @param name     that the event is stored under
/// @param version  one of the event's, from 1
[[nodiscard]] inline std::string schema_differs(
    SchemaDifference const& difference, std::string const& name, KnownEvent const& event, std::size_t version
) {
    using Kind = SchemaDifference::Kind;
    std::string const number = std::to_string(version);
    std::string const subject = name + ": version " + number;
    std::string const field = difference.field.empty() ? "its JSON" : "the field '" + difference.field + "'";
    std::string retyped = subject + ": " + field + " was " + difference.before + " and is " + difference.after + ".";
    bool const is_current = version == event.versions.size() && !event.is_retired;
    std::string const remedy =
        is_current ? "List the old struct in annals::event_history<" + event.type_name + ">"
                   : "Give " + event.versions[version - 1].type_name + " the fields back that it was released with";
    switch (difference.kind) {
    case Kind::gained_with_default:
        return subject + " has gained " + field + " (" + difference.after + "), which has a default.";
    case Kind::gained:
        return subject + " has gained " + field + " (" + difference.after + "), but stored events of version " +
               number + " lack it. " + remedy + ", or give the field a default with ANNALS_FIELDS_WITH_DEFAULTS.";
    case Kind::lost:
        return subject + " has lost " + field + " (" + difference.before + "), which stored events of version " +
               number + " have. " + remedy + ".";
    case Kind::required:
        return subject + " has no default for " + field + " any more, which stored events of version " + number +
               " may lack. " + remedy + ", or use ANNALS_FIELDS_WITH_DEFAULTS again.";
    case Kind::widened:
        return retyped;
    case Kind::retyped:
        break;
    }
    return retyped + " " + remedy + ".";
}

} // namespace annals::detail

#endif // ANNALS_JSON_CATALOGUE_SENTENCES_HPP
