# SPDX-License-Identifier: MIT

"""A user's project, tests/package/consumer, with annals from Conan: with the adapters that its options bring."""

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout


class AnnalsTestPackage(ConanFile):
    settings = "os", "arch", "compiler", "build_type"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        options = self.dependencies["annals"].options
        adapters = ("sqlite", "postgres", "nats", "kafka", "sodium", "zstd")
        wanted = [adapter for adapter in adapters if options.get_safe(f"with_{adapter}")]
        toolchain.cache_variables["USE"] = "find_package"
        toolchain.cache_variables["COMPONENTS"] = ";".join([*wanted, "testing"])
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder=os.path.join("..", "package", "consumer"))
        cmake.build()

    def test(self):
        if can_run(self):
            self.run(os.path.join(self.cpp.build.bindir, "consumer"), env="conanrun")
