// SPDX-License-Identifier: MIT

#ifndef ANNALS_BUS_ERROR_HPP
#define ANNALS_BUS_ERROR_HPP

#include <annals/error.hpp>

#include <string>
#include <utility>

namespace annals {

/// The broker did not confirm all messages of a `publish`. Any of them may have been accepted; publish the same ones
/// again.
class BusError : public Error {
public:
    /// @param code  the client library's or the broker's own code, as text
    BusError(std::string const& message, std::string code, bool transient)
        : Error{message}, code_{std::move(code)}, transient_{transient} {}

    /// Whether the same call may succeed later without anybody changing something: false for a message that is too
    /// large, a topic that does not exist, a refused login.
    [[nodiscard]] bool is_transient() const noexcept { return transient_; }

    /// The client library's or the broker's own code for the failure.
    [[nodiscard]] std::string const& native_code() const noexcept { return code_; }

private:
    std::string code_;
    bool transient_;
};

} // namespace annals

#endif // ANNALS_BUS_ERROR_HPP
