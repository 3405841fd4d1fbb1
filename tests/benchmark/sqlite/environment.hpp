// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_ENVIRONMENT_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_ENVIRONMENT_HPP

#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sqlite/client.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace annals_benchmark {

/// The file of a database in the program's folder.
[[nodiscard]] inline std::string database_in(Settings const& settings, std::string const& name) {
    return (std::filesystem::path{settings.place} / (name + ".db")).string();
}

/// The same for one that is about to be made.
/// @throws std::runtime_error  if it is there already
[[nodiscard]] inline std::string new_database_in(Settings const& settings, std::string const& name) {
    std::string path = database_in(settings, name);
    if (std::filesystem::exists(path)) {
        throw std::runtime_error{path + " is there already"};
    }
    return path;
}

/// A database like another one that nobody has open.
[[nodiscard]] inline std::string copy_of(std::string const& path, Settings const& settings, std::string const& name) {
    std::string copy = new_database_in(settings, name);
    std::filesystem::copy_file(path, copy);
    return copy;
}

/// Leaves the events without the triggers that keep them from being changed.
inline void drop_triggers(std::string const& path) {
    for (char const* const change : {"update", "delete", "replace"}) {
        SqliteClient{path}.run("DROP TRIGGER events_refuse_" + std::string{change});
    }
}

/// How much this process has written so far, in bytes; 0 where that is not known.
[[nodiscard]] inline double bytes_written() {
    std::ifstream io{"/proc/self/io"};
    double bytes = 0;
    for (std::string name; io >> name >> bytes;) {
        if (name == "wchar:") {
            return bytes;
        }
    }
    return 0;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_ENVIRONMENT_HPP
