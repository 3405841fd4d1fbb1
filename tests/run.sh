#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds and runs all tests on a Debian 12 machine, and installs what is missing for that.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/scripts/packages.sh
need_packages "${test_packages[@]}"

cmake --preset dev
cmake --build --preset dev
ctest --preset dev
