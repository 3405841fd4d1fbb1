// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_IMPATIENT_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_IMPATIENT_HPP

#include <tests/integration/postgres/support/every_call.hpp>

#include <chrono>
#include <string>

// Stores whose deadlines are so short that a busy machine breaks them now and then, where nothing is wrong.

namespace integration::postgres {

/// Whether a call succeeds after a while.
template <class Call>
[[nodiscard]] bool works_soon(Call&& call) {
    for (int tries = 0; tries < 50; ++tries) {
        if (message_of<annals::Error>(call).empty()) {
            return true;
        }
    }
    return false;
}

/// Opens a store of little patience on tables that were made with more.
[[nodiscard]] inline PostgresEventStore open_impatient(std::string const& conninfo, Options options) {
    Options patient = options;
    patient.deadline = std::chrono::seconds{30};
    PostgresEventStore store{conninfo, patient};
    static_cast<void>(works_soon([&] { store = PostgresEventStore{conninfo, options}; }));
    return store;
}

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_IMPATIENT_HPP
