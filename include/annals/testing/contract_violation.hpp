// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_VIOLATION_HPP
#define ANNALS_TESTING_CONTRACT_VIOLATION_HPP

#include <stdexcept>

namespace annals::testing {

/// A store breaks a rule of its contract. The message says what was expected and what was seen.
class ContractViolation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_VIOLATION_HPP
