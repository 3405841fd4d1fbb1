// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_TEMPORARY_FOLDER_HPP
#define ANNALS_TESTS_CONTRACT_TEMPORARY_FOLDER_HPP

#include <annals/event_id.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace annals_tests {

/// A new empty folder that goes with the object.
class TemporaryFolder {
public:
    TemporaryFolder()
        : path_{std::filesystem::temp_directory_path() / ("annals-" + annals::to_text(annals::new_event_id()))} {
        std::filesystem::create_directory(path_);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string file(std::string const& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_TEMPORARY_FOLDER_HPP
