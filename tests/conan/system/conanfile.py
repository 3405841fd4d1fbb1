# SPDX-License-Identifier: MIT

"""Stands for a library that the system has, under the name, the targets and the components it has in Conan Center."""

from conan import ConanFile

# name: (CMake file, component, its target, libraries)
LIBRARIES = {
    "nlohmann_json": ("nlohmann_json", None, "nlohmann_json::nlohmann_json", []),
    "boost": ("Boost", "headers", "Boost::headers", []),
    "sqlite3": ("SQLite3", "sqlite", "SQLite::SQLite3", ["sqlite3"]),
    "libpq": ("PostgreSQL", "pq", "PostgreSQL::PostgreSQL", ["pq"]),
    "cnats": ("cnats", "cnats", "cnats::nats", ["nats"]),
    "librdkafka": ("RdKafka", "librdkafka", "RdKafka::rdkafka", ["rdkafka"]),
    "libsodium": ("libsodium", None, "libsodium::libsodium", ["sodium"]),
    "zstd": ("zstd", "zstdlib", "zstd::libzstd_shared", ["zstd"]),
}


class SystemLibrary(ConanFile):
    package_type = "shared-library"
    options = {"header_only": [True, False]}
    default_options = {"header_only": False}

    def package_info(self):
        file_name, component, target, libraries = LIBRARIES[self.name]
        self.cpp_info.set_property("cmake_file_name", file_name)
        info = self.cpp_info.components[component] if component else self.cpp_info
        info.set_property("cmake_target_name", target)
        info.includedirs = ["/usr/include/postgresql"] if self.name == "libpq" else []
        info.libdirs = []
        info.bindirs = []
        info.system_libs = libraries
