// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CALL_HPP
#define ANNALS_POSTGRES_DETAIL_CALL_HPP

#include <annals/postgres/detail/wire.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace annals::postgres::detail {

/// How values go over the wire. Binary needs a type that the statement names; text fits any.
enum class Format : std::uint8_t { text = 0, binary = 1 };

/// The parameters of one statement.
class Parameters {
public:
    template <class... Values>
    static Parameters of(Values const&... values) {
        Parameters parameters;
        (parameters.add(values), ...);
        return parameters;
    }

    void add(ArrayValue& array) { values_.emplace_back(array.bytes()); }
    template <class Value>
        requires(!std::is_same_v<Value, ArrayValue>)
    void add(Value const& value) {
        put_value(values_.emplace_back(std::string{}).value(), value);
    }
    /// As text, or null.
    void add_text(std::optional<std::string> value) { values_.push_back(std::move(value)); }

    [[nodiscard]] std::vector<std::optional<std::string>> const& values() const noexcept { return values_; }

private:
    std::vector<std::optional<std::string>> values_;
};

/// A statement and the values for its parameters. The text must outlive the call.
struct Call {
    std::string_view sql;
    Parameters parameters;
    Format format = Format::binary;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CALL_HPP
