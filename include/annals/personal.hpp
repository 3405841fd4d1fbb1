// SPDX-License-Identifier: MIT

#ifndef ANNALS_PERSONAL_HPP
#define ANNALS_PERSONAL_HPP

#include <annals/error.hpp>
#include <annals/limits.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace annals {

template <class T>
class Personal;

namespace detail {

template <class T>
struct IsPersonal : std::false_type {};
template <class T>
struct IsPersonal<Personal<T>> : std::true_type {};

} // namespace detail

/// A value that can be forgotten: personal data, with the id of its data subject, the person that it is about.
///
/// A store whose pipeline has `PersonalData` keeps the value sealed with a key of the subject's own. When the key store
/// forgets the subject, the value is forgotten wherever it is stored, and is read as `forgotten(subject)` from then on.
/// The id itself stays readable, so let it be one that says nothing: a customer number rather than an address.
template <class T>
class Personal {
    static_assert(
        !detail::IsPersonal<T>::value, "annals: a personal value within another one would be forgotten with that only"
    );

public:
    using value_type = T;

    /// Nobody's, and no value.
    Personal() = default;

    /// @throws InvalidInput  if the subject's id breaks the limits of names
    Personal(std::string subject, T value) : subject_{std::move(subject)}, value_{std::move(value)} {
        require_name("data subject", subject_);
    }

    /// What is left of a value that was forgotten.
    /// @throws InvalidInput  if the subject's id breaks the limits of names
    [[nodiscard]] static Personal forgotten(std::string subject) {
        require_name("data subject", subject);
        Personal personal;
        personal.subject_ = std::move(subject);
        return personal;
    }

    /// The id of the data subject; empty if it is nobody's.
    [[nodiscard]] std::string const& subject() const noexcept { return subject_; }
    [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
    [[nodiscard]] bool is_forgotten() const noexcept { return !value_ && !subject_.empty(); }

    /// @throws UsageError  if there is none: ask `has_value()` first
    [[nodiscard]] T const& value() const {
        if (!value_) {
            throw UsageError{"annals: this personal value was forgotten, or never given: ask has_value() first"};
        }
        return *value_;
    }
    [[nodiscard]] T value_or(T other) const { return value_ ? *value_ : std::move(other); }

    [[nodiscard]] friend bool operator==(Personal const&, Personal const&) = default;

private:
    std::string subject_;
    std::optional<T> value_;
};

} // namespace annals

#endif // ANNALS_PERSONAL_HPP
