// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_CATALOGUE_CHECK_HPP
#define ANNALS_JSON_CATALOGUE_CHECK_HPP

#include <annals/json/catalogue_sentences.hpp>
#include <annals/json/known_events.hpp>
#include <annals/json/schema_difference.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace annals::detail {

/// Compares a catalogue with the code, and makes the catalogue that the code asks for. Each member of the catalogue's
/// `events` and `retired` is an event under one name, with its versions; one under a former name stays.
///
/// Throws what nlohmann/json throws, if the catalogue is not one.
class CatalogueCheck {
public:
    /// @param events  must outlive the construction only
    CatalogueCheck(nlohmann::json const& catalogue, std::vector<KnownEvent> const& events)
        : updated_{{"annals", 1}, {"events", catalogue.at("events")}, {"retired", catalogue.at("retired")}} {
        for (KnownEvent const& event : events) {
            if (find(event.name, events)->type != event.type) {
                refused_.push_back(same_name_twice(event.name));
            }
            move_to_its_section(event);
        }
        for (char const* const section : {"events", "retired"}) {
            for (auto& [name, entry] : updated_[section].items()) {
                if (KnownEvent const* const event = find(name, events)) {
                    check_entry(name, *event, entry);
                } else if (!is_alias(name)) { // else it is said where it was one
                    refused_.push_back(event_is_missing(name));
                }
            }
        }
    }

    /// Differences that must not be: stored events would not be read, or not rightly.
    [[nodiscard]] std::vector<std::string> const& refused() const noexcept { return refused_; }
    /// Differences that are only to be written down.
    [[nodiscard]] std::vector<std::string> const& wanted() const noexcept { return wanted_; }
    [[nodiscard]] nlohmann::json const& updated() const noexcept { return updated_; }

private:
    void want(std::string const& sentence) { wanted_.push_back(sentence + " Write the catalogue anew and commit it."); }

    [[nodiscard]] static KnownEvent const* find(std::string const& name, std::vector<KnownEvent> const& events) {
        auto const found = std::find_if(events.begin(), events.end(), [&name](KnownEvent const& event) {
            return event.is_stored_as(name);
        });
        return found == events.end() ? nullptr : &*found;
    }

    [[nodiscard]] static bool holds(nlohmann::json const& texts, std::string const& text) {
        return std::find(texts.begin(), texts.end(), text) != texts.end();
    }

    /// Makes an entry for the event, if it has none under its name.
    void move_to_its_section(KnownEvent const& event) {
        nlohmann::json& own = updated_[event.is_retired ? "retired" : "events"];
        nlohmann::json& other = updated_[event.is_retired ? "events" : "retired"];
        if (own.contains(event.name)) {
            return;
        }
        if (other.contains(event.name)) {
            want(event.name + (event.is_retired ? " is retired now." : " is retired no more."));
            own[event.name] = other[event.name];
            other.erase(event.name);
        } else {
            want(event.name + " is new.");
            own[event.name] = {{"aliases", event.aliases}, {"versions", nlohmann::json::object()}};
        }
    }

    /// Whether an entry says that this is a former name of its event.
    [[nodiscard]] bool is_alias(std::string const& name) const {
        auto const names_it = [&name](nlohmann::json const& section) {
            return std::any_of(section.begin(), section.end(), [&name](nlohmann::json const& entry) {
                return holds(entry.at("aliases"), name);
            });
        };
        return names_it(updated_.at("events")) || names_it(updated_.at("retired"));
    }

    void check_entry(std::string const& name, KnownEvent const& event, nlohmann::json& entry) {
        check_aliases(name, event, entry.at("aliases"));
        for (auto& [number, version] : entry.at("versions").items()) {
            check_version(name, event, number, version);
        }
        if (name == event.name) {
            add_versions(event, entry["versions"]);
        }
    }

    void check_aliases(std::string const& name, KnownEvent const& event, nlohmann::json& aliases) {
        for (std::string const alias : aliases) {
            if (!event.is_stored_as(alias)) {
                refused_.push_back(alias_is_lost(name, event, alias));
            }
        }
        for (std::string const& alias : event.aliases) {
            if (name == event.name && !holds(aliases, alias)) {
                want(alias_is_new(name, alias));
                aliases.push_back(alias);
            }
        }
        std::sort(aliases.begin(), aliases.end());
    }

    void check_version(
        std::string const& name, KnownEvent const& event, std::string const& as_text, nlohmann::json& version
    ) {
        std::int32_t number = 0; // which there is not
        std::from_chars(as_text.data(), as_text.data() + as_text.size(), number);
        if (number < 1 || static_cast<std::size_t>(number) > event.versions.size()) {
            refused_.push_back(version_is_missing(name, event, as_text));
            return;
        }
        KnownVersion const& known = event.versions[static_cast<std::size_t>(number) - 1];
        if (!known.was_stored) {
            refused_.push_back(version_was_stored(name, as_text));
            return;
        }
        std::size_t const refused_before = refused_.size();
        if (!known.schema.is_null()) {
            compare_schemas(version.at("schema"), known.schema, name, event, number);
            version["schema"] = known.schema;
        }
        if (refused_.size() == refused_before) {
            check_example(name, event, number, version.at("example"));
        }
    }

    void compare_schemas(
        nlohmann::json const& before,
        nlohmann::json const& now,
        std::string const& name,
        KnownEvent const& event,
        std::int32_t version
    ) {
        SchemaComparison comparison;
        comparison.compare(before, now);
        for (SchemaDifference const& difference : comparison.found()) {
            std::string const sentence = schema_differs(difference, name, event, static_cast<std::size_t>(version));
            if (difference.is_harmless()) {
                want(sentence);
            } else {
                refused_.push_back(sentence);
            }
        }
    }

    /// Decodes it under each name that the event has ever had.
    void check_example(
        std::string const& name, KnownEvent const& event, std::int32_t version, nlohmann::json const& example
    ) {
        std::vector<std::string> names = event.aliases;
        names.push_back(event.name);
        for (std::string const& stored_as : names) {
            std::string const trouble = event.trouble_with({stored_as, version, example.dump()});
            if (!trouble.empty()) {
                refused_.push_back(example_is_lost(name, version, trouble));
                return;
            }
        }
    }

    void add_versions(KnownEvent const& event, nlohmann::json& versions) {
        for (std::size_t i = 0; i < event.versions.size(); ++i) {
            KnownVersion const& known = event.versions[i];
            std::string const number = std::to_string(i + 1);
            if (!versions.contains(number) && !known.schema.is_null()) {
                if (!versions.empty()) {
                    want(version_is_new(event.name, number));
                }
                versions[number] = {{"schema", known.schema}, {"example", known.example}};
                check_example(event.name, event, static_cast<std::int32_t>(i + 1), known.example);
            }
        }
    }

    nlohmann::json updated_;
    std::vector<std::string> refused_;
    std::vector<std::string> wanted_;
};

} // namespace annals::detail

#endif // ANNALS_JSON_CATALOGUE_CHECK_HPP
