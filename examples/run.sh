#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the examples on a Debian 12 machine, installs what is missing for that, and runs them: the quickstart, then
# the import of some days of real orders into a new store, then reports on them and the read models that they left.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/scripts/packages.sh
need_packages "${build_packages[@]}"

cmake -S . -B build/examples -G Ninja -DCMAKE_BUILD_TYPE=Release -DANNALS_BUILD_TESTS=OFF -DANNALS_BUILD_EXAMPLES=ON
cmake --build build/examples

# The programs leave their stores in a folder of their own.
bin=$PWD/build/examples/examples
rm -rf build/examples/run
mkdir build/examples/run
data=$PWD/examples/data
cd build/examples/run

echo
echo "== quickstart"
"$bin/quickstart"

echo
echo "== orders import"
"$bin/orders" --store sqlite:orders.db import "$data"/*.csv

echo
echo "== orders report"
"$bin/orders" --store sqlite:orders.db report

echo
echo "== orders report --best-sellers"
"$bin/orders" --store sqlite:orders.db report --best-sellers

echo
echo "== orders projections"
"$bin/orders" --store sqlite:orders.db projections
