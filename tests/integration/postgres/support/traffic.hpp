// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TRAFFIC_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TRAFFIC_HPP

#include <cstddef>
#include <cstdio>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace integration::postgres {

/// What goes over a connection.
struct Traffic {
    std::size_t statements = 0;
    std::size_t rows = 0;
};

/// What goes over the connection while `work` runs.
template <class Work>
Traffic traffic_of(PGconn* connection, Work&& work) {
    std::unique_ptr<std::FILE, decltype(&std::fclose)> const trace{std::tmpfile(), &std::fclose};
    if (!trace) {
        throw std::runtime_error{"no temporary file for the trace of a connection"};
    }
    PQtrace(connection, trace.get());
    work();
    PQuntrace(connection);
    std::rewind(trace.get());
    std::string text;
    for (int c = std::fgetc(trace.get()); c != EOF; c = std::fgetc(trace.get())) {
        text += static_cast<char>(c);
    }
    auto const count = [&text](std::string_view message) {
        std::size_t found = 0;
        for (std::size_t at = text.find(message); at != std::string::npos; at = text.find(message, at + 1)) {
            ++found;
        }
        return found;
    };
    return {count("\tExecute\t"), count("\tDataRow\t")};
}

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TRAFFIC_HPP
