// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_CATALOGUE_HPP
#define ANNALS_JSON_CATALOGUE_HPP

#include <annals/error.hpp>
#include <annals/json/catalogue_check.hpp>
#include <annals/json/known_events.hpp>

#include <nlohmann/json.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The catalogue of an application's events: a file that is committed with the code, and says for every version of every
// event ever released what its JSON looks like (JSON Schema 2020-12), under which names it is stored, and one example.

namespace annals {

/// The code and the catalogue of its events differ.
class CatalogueMismatch : public Error {
public:
    explicit CatalogueMismatch(std::vector<std::string> differences)
        : Error{"annals: the catalogue of events and the code differ" + lines(differences)},
          differences_{std::move(differences)} {}

    /// A sentence for each: what differs, and what to do.
    [[nodiscard]] std::vector<std::string> const& differences() const noexcept { return differences_; }

private:
    [[nodiscard]] static std::string lines(std::vector<std::string> const& differences) {
        std::string text;
        for (std::string const& difference : differences) {
            text += "\n- " + difference;
        }
        return text;
    }

    std::vector<std::string> differences_;
};

namespace detail {

/// The catalogue in a file, or nothing if there is no such file.
[[nodiscard]] inline std::optional<nlohmann::json> read_catalogue(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        return std::nullopt;
    }
    std::string const text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    nlohmann::json catalogue = nlohmann::json::parse(text, nullptr, false);
    if (!catalogue.is_object() || catalogue.value("annals", nlohmann::json{}) != 1) {
        throw CatalogueMismatch{{"'" + path.string() + "' holds no catalogue of events."}};
    }
    return catalogue;
}

[[nodiscard]] inline CatalogueCheck check_against(
    std::filesystem::path const& path, nlohmann::json const& catalogue, std::vector<KnownEvent> const& events
) {
    try {
        return CatalogueCheck{catalogue, events};
    } catch (nlohmann::json::exception const&) {
        throw CatalogueMismatch{{"'" + path.string() + "' holds no whole catalogue of events."}};
    }
}

/// Replaces a file in one step.
inline void replace_file(std::filesystem::path const& path, std::string const& text) {
    std::filesystem::path beside = path;
    beside += ".new";
    std::ofstream file{beside, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    std::error_code failure;
    if (file) {
        std::filesystem::rename(beside, path, failure);
    }
    if (!file || failure) {
        throw Error{"annals: the catalogue '" + path.string() + "' cannot be written"};
    }
}

} // namespace detail

/// Compares the events of some variants, and those retired from them, with the catalogue in a file. For a test:
/// ```
/// TEST_CASE("the catalogue of events is up to date") {
///     annals::check_catalogue<OrderEvent, PaymentEvent>("schema/events.json");
/// }
/// ```
/// The JSON of every version must be what it was when it was released, and the example of every version must be
/// decoded.
/// @tparam Variants  all those whose events are in the file
/// @throws CatalogueMismatch  with a sentence for each difference, also one that has only to be written down; or if
/// there
///                            is no catalogue
template <class... Variants>
void check_catalogue(std::filesystem::path const& path) {
    auto const catalogue = detail::read_catalogue(path);
    if (!catalogue) {
        throw CatalogueMismatch{{"There is no '" + path.string() + "'. Write it with annals::write_catalogue."}};
    }
    auto const events = detail::known_events<Variants...>();
    detail::CatalogueCheck const check = detail::check_against(path, *catalogue, events);
    std::vector<std::string> differences = check.refused();
    differences.insert(differences.end(), check.wanted().begin(), check.wanted().end());
    if (!differences.empty()) {
        throw CatalogueMismatch{std::move(differences)};
    }
}

/// Writes the catalogue, or writes what has come since into the one that is there: it only grows.
/// @throws CatalogueMismatch  for what would leave stored events unread; the file stays as it is then
/// @throws Error              if the file cannot be written
template <class... Variants>
void write_catalogue(std::filesystem::path const& path) {
    auto const catalogue = detail::read_catalogue(path).value_or(
        nlohmann::json{{"events", nlohmann::json::object()}, {"retired", nlohmann::json::object()}}
    );
    auto const events = detail::known_events<Variants...>();
    detail::CatalogueCheck const check = detail::check_against(path, catalogue, events);
    if (!check.refused().empty()) {
        throw CatalogueMismatch{check.refused()};
    }
    detail::replace_file(path, check.updated().dump(2) + '\n');
}

} // namespace annals

#endif // ANNALS_JSON_CATALOGUE_HPP
