# SPDX-License-Identifier: MIT

"""The recipe of annals for Conan 2.

`conan create . -o "annals/*:with_sqlite=True"`; consumers link `annals::annals`, `annals::sqlite`, ...
An option brings the client library of an adapter; the headers are always all there.
"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"

# Of each adapter: what it requires, and the target of that in Conan's packages.
ADAPTERS = {
    "sqlite": ("sqlite3/[>=3.37 <4]", "sqlite3::sqlite"),
    "postgres": ("libpq/[>=14]", "libpq::pq"),
    "nats": ("cnats/[>=3.4 <4]", "cnats::cnats"),
    "kafka": ("librdkafka/[>=2 <3]", "librdkafka::librdkafka"),
    "sodium": ("libsodium/[>=1.0.18 <2]", "libsodium::libsodium"),
    "zstd": ("zstd/[>=1.4 <2]", "zstd::zstdlib"),
}


class AnnalsConan(ConanFile):
    name = "annals"
    description = "Header-only event sourcing for C++20"
    license = "MIT"
    topics = ("event-sourcing", "cqrs", "event-store", "outbox", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {f"with_{adapter}": [True, False] for adapter in ADAPTERS}
    default_options = {f"with_{adapter}": False for adapter in ADAPTERS}
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*"
    no_copy_source = True
    test_package_folder = "tests/conan"

    def _adapters(self):
        return [adapter for adapter in ADAPTERS if self.options.get_safe(f"with_{adapter}")]

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include", "annals", "version.hpp"))
        self.version = re.search(r'ANNALS_VERSION_STRING "([0-9.]+)"', header).group(1)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("nlohmann_json/[>=3.11 <4]")
        self.requires("boost/[>=1.74 <2]", options={"header_only": True})
        for adapter in self._adapters():
            self.requires(ADAPTERS[adapter][0])

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["ANNALS_INSTALL"] = True
        for unwanted in ("BUILD_TESTS", "BUILD_EXAMPLES", *(f"WITH_{adapter.upper()}" for adapter in ADAPTERS)):
            toolchain.cache_variables[f"ANNALS_{unwanted}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share"))  # CMakeDeps makes the configuration

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "annals")
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "annals::annals")
        core.requires = ["nlohmann_json::nlohmann_json", "boost::headers"]
        if self.settings.os in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]
        testing = self.cpp_info.components["testing"]
        testing.set_property("cmake_target_name", "annals::testing")
        testing.requires = ["core"]
        for adapter in self._adapters():
            component = self.cpp_info.components[adapter]
            component.set_property("cmake_target_name", f"annals::{adapter}")
            component.requires = ["core", ADAPTERS[adapter][1]]
        for component in self.cpp_info.components.values():
            component.bindirs = []
            component.libdirs = []
