// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_TEMP_DIRECTORY_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_TEMP_DIRECTORY_HPP

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <string_view>

namespace reliability {

/// A new empty directory, removed with all that is in it at the end of the scope.
class TempDirectory {
public:
    TempDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "annals-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error{"cannot make a directory for the test"};
        }
        path_ = name;
    }
    TempDirectory(TempDirectory const&) = delete;
    TempDirectory& operator=(TempDirectory const&) = delete;
    ~TempDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

    /// Leaves the directory without files.
    void clear() const {
        for (auto const& entry : std::filesystem::directory_iterator{path_}) {
            std::filesystem::remove_all(entry.path());
        }
    }

private:
    std::filesystem::path path_;
};

// Not to be used on a database that this process has open: closing a file drops all locks of the
// process on it.

[[nodiscard]] inline std::string read_file(std::string const& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

inline void write_file(std::string const& path, std::string_view bytes) {
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_TEMP_DIRECTORY_HPP
