// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_FIELDS_HPP
#define ANNALS_JSON_FIELDS_HPP

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

/// Lists the fields of an event, of a state or of a struct within one, once: `ANNALS_FIELDS(OrderCreated, customer_id,
/// total_amount)`, in the namespace of the type, behind it. Takes 1 to 64 public data members, also those of a base;
/// the type needs a default constructor. It is used in place of `NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE` and does the same:
/// it defines the `to_json` and `from_json` of nlohmann/json, so that the type can be used with that library and within
/// types that have another mapping. Beyond it, a field may be a `std::optional`: `null` stands for none, on each
/// version of nlohmann/json.
///
/// **What it adds is speed.** `JsonCodec` and `JsonSnapshotCodec` read and write such a type without a tree of JSON
/// values in between. That goes for each field that is a `bool`, an integer, a `float` or `double`, a `std::string`, a
/// struct with a list of fields, or a `std::vector`, a `std::map<std::string, T>` or, as a field itself, a
/// `std::optional` of those. Any other field, an enum say, or a type with a `to_json` of its own, goes through
/// nlohmann/json by itself.
///
/// **Nothing else changes.** Either way writes the same bytes, reads the same texts into the same values and refuses
/// the same with the same message, so a type may change over when its events have been stored already.
#define ANNALS_FIELDS(Type, ...)                                                                                       \
    [[maybe_unused]] constexpr auto annals_field_list(::annals::detail::FieldsOf<Type>) noexcept {                     \
        return ::std::make_tuple(ANNALS_DETAIL_RESCAN(ANNALS_DETAIL_FIELD(Type, __VA_ARGS__)));                        \
    }                                                                                                                  \
    [[maybe_unused]] inline void to_json(::nlohmann::json& form, Type const& value) {                                  \
        ::annals::detail::write_fields_form(form, value);                                                              \
    }                                                                                                                  \
    [[maybe_unused]] inline void from_json(::nlohmann::json const& form, Type& value) {                                \
        ::annals::detail::read_fields_form(form, value);                                                               \
    }                                                                                                                  \
    static_assert(::annals::detail::require_fields<Type>());

/// As `ANNALS_FIELDS`, for a type that has gained fields since its first events were stored: a field that is missing in
/// the JSON keeps what the default constructor gives it, as with `NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT`.
#define ANNALS_FIELDS_WITH_DEFAULTS(Type, ...)                                                                         \
    [[maybe_unused]] constexpr bool annals_fields_have_defaults(::annals::detail::FieldsOf<Type>) noexcept {           \
        return true;                                                                                                   \
    }                                                                                                                  \
    ANNALS_FIELDS(Type, __VA_ARGS__)

// One field and, when the text is scanned again, the next. Four to the power of four scans do for 64 fields.
#define ANNALS_DETAIL_FIELD(Type, name, ...)                                                                           \
    ::annals::detail::field(",\"" #name "\":", &Type::name)                                                            \
        __VA_OPT__(, ANNALS_DETAIL_NEXT_FIELD ANNALS_DETAIL_PARENTHESES(Type, __VA_ARGS__))
#define ANNALS_DETAIL_NEXT_FIELD() ANNALS_DETAIL_FIELD
#define ANNALS_DETAIL_PARENTHESES ()
#define ANNALS_DETAIL_RESCAN(...)                                                                                      \
    ANNALS_DETAIL_RESCAN_64(ANNALS_DETAIL_RESCAN_64(ANNALS_DETAIL_RESCAN_64(ANNALS_DETAIL_RESCAN_64(__VA_ARGS__))))
#define ANNALS_DETAIL_RESCAN_64(...)                                                                                   \
    ANNALS_DETAIL_RESCAN_16(ANNALS_DETAIL_RESCAN_16(ANNALS_DETAIL_RESCAN_16(ANNALS_DETAIL_RESCAN_16(__VA_ARGS__))))
#define ANNALS_DETAIL_RESCAN_16(...)                                                                                   \
    ANNALS_DETAIL_RESCAN_4(ANNALS_DETAIL_RESCAN_4(ANNALS_DETAIL_RESCAN_4(ANNALS_DETAIL_RESCAN_4(__VA_ARGS__))))
#define ANNALS_DETAIL_RESCAN_4(...) ANNALS_DETAIL_SCAN(ANNALS_DETAIL_SCAN(ANNALS_DETAIL_SCAN(__VA_ARGS__)))
#define ANNALS_DETAIL_SCAN(...) __VA_ARGS__

namespace annals::detail {

/// Finds the list of a type, and not that of its base: the functions of the macro are called with one of these.
template <class T>
struct FieldsOf {};

template <class Class, class Member>
struct Field {
    std::string_view text; ///< as it is written behind another one: `,"name":`
    Member Class::* member;

    /// As the first of an object: `"name":`.
    [[nodiscard]] constexpr std::string_view first_text() const noexcept { return text.substr(1); }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return text.substr(2, text.size() - 4); }
};

template <class Class, class Member>
[[nodiscard]] constexpr Field<Class, Member> field(std::string_view text, Member Class::* member) noexcept {
    return {text, member};
}

template <class T>
concept HasFields = requires { annals_field_list(FieldsOf<T>{}); };

/// Whether a field may be missing.
template <class T>
concept HasDefaults = HasFields<T> && requires { annals_fields_have_defaults(FieldsOf<T>{}); };

/// The list of a type as a tuple of `Field`, in the order in which nlohmann/json writes them: that of their names.
template <HasFields T>
struct FieldList {
    static constexpr auto as_listed = annals_field_list(FieldsOf<T>{});
    static constexpr std::size_t size = std::tuple_size_v<decltype(as_listed)>;

    static constexpr std::array<std::size_t, size> order = [] {
        std::array<std::string_view, size> const names =
            std::apply([](auto const&... fields) { return std::array{fields.name()...}; }, as_listed);
        std::array<std::size_t, size> sorted{};
        for (std::size_t i = 0; i < size; ++i) {
            std::size_t place = i;
            for (; place > 0 && names[i] < names[sorted[place - 1]]; --place) {
                sorted[place] = sorted[place - 1];
            }
            sorted[place] = i;
        }
        return sorted;
    }();

    static constexpr auto fields = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(std::get<order[I]>(as_listed)...);
    }(std::make_index_sequence<size>{});

    /// Of the text, if the values are short.
    static constexpr std::size_t expected_size =
        std::apply([](auto const&... field) { return (16 + ... + (field.text.size() + 16)); }, as_listed);

    /// Calls `f` with each number of a field as a constant, until one returns false.
    template <class F>
    static constexpr bool all_of(F&& f) {
        return [&f]<std::size_t... I>(std::index_sequence<I...>) {
            return (f(std::integral_constant<std::size_t, I>{}) && ...);
        }(std::make_index_sequence<size>{});
    }
};

template <class T>
consteval bool require_fields() {
    using List = FieldList<T>;
    static_assert(
        List::size <= 64, "annals: ANNALS_FIELDS takes at most 64 fields: put some into a struct of their own"
    );
    static_assert(
        List::all_of([](auto i) {
            if constexpr (i == 0) {
                return true;
            } else {
                return std::get<i - 1>(List::fields).name() != std::get<i>(List::fields).name();
            }
        }),
        "annals: ANNALS_FIELDS names a field twice"
    );
    return true;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Writes into a value that exists, which is null: the constructor from a `T` leaks when `to_json` throws.
template <class T>
void write_into_form(nlohmann::json& form, T const& value) {
    if constexpr (nlohmann::detail::is_basic_json<T>::value) {
        form = value;
    } else {
        nlohmann::adl_serializer<T>::to_json(form, value);
    }
}

/// A field to its form. Throws what nlohmann/json and the mapping of the field throw.
template <class Member>
void write_member_form(nlohmann::json& form, Member const& member) {
    if constexpr (!IsOptional<Member>::value) {
        write_into_form(form, member);
    } else if (member) {
        write_into_form(form, *member);
    }
}

/// The way back.
template <class Member>
void read_member_form(nlohmann::json const& form, Member& member) {
    if constexpr (!IsOptional<Member>::value) {
        form.get_to(member);
    } else if (form.is_null()) {
        member.reset();
    } else {
        member = form.template get<typename Member::value_type>();
    }
}

/// The `to_json` of a type with a list of fields.
template <class T>
void write_fields_form(nlohmann::json& form, T const& value) {
    form = nlohmann::json::object();
    FieldList<T>::all_of([&](auto i) {
        constexpr auto field = std::get<i>(FieldList<T>::as_listed);
        write_member_form(form[std::string{field.name()}], value.*field.member);
        return true;
    });
}

/// The `from_json` of a type with a list of fields.
template <class T>
void read_fields_form(nlohmann::json const& form, T& value) {
    FieldList<T>::all_of([&](auto i) {
        constexpr auto field = std::get<i>(FieldList<T>::as_listed);
        std::string const name{field.name()};
        if constexpr (HasDefaults<T>) {
            if (form.is_object() && !form.contains(name)) {
                value.*field.member = T{}.*field.member;
                return true;
            }
        }
        read_member_form(form.at(name), value.*field.member);
        return true;
    });
}

} // namespace annals::detail

#endif // ANNALS_JSON_FIELDS_HPP
