// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_PERSONAL_HPP
#define ANNALS_JSON_PERSONAL_HPP

#include <annals/json/fields.hpp>
#include <annals/json/parse.hpp>
#include <annals/personal.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

/// `{"annals:subject":"customer-7","value":...}`; without `value` if it is forgotten, and with an empty subject if it
/// is nobody's. What a store with `PersonalData` has sealed, another store hands out as
/// `{"annals:subject":..,"sealed":..}`: that is no forgotten value, and refused.
template <class T>
struct nlohmann::adl_serializer<annals::Personal<T>> {
    static void to_json(json& form, annals::Personal<T> const& personal) {
        form = json::object();
        form["annals:subject"] = personal.subject();
        if (personal.has_value()) {
            annals::detail::write_member_form(form["value"], personal.value());
        }
    }

    static void from_json(json const& form, annals::Personal<T>& personal) {
        std::string subject = form.at("annals:subject").template get<std::string>();
        if (form.contains("sealed")) {
            throw annals::detail::UnfitJson{"its personal data is sealed: open the store with its key store"};
        }
        if (form.contains("value")) {
            T value{};
            annals::detail::read_member_form(form.at("value"), value);
            personal = annals::Personal<T>{std::move(subject), std::move(value)};
        } else {
            personal = subject.empty() ? annals::Personal<T>{} : annals::Personal<T>::forgotten(std::move(subject));
        }
    }
};

#endif // ANNALS_JSON_PERSONAL_HPP
