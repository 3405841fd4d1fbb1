#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the examples on a Debian 12 machine, installs what is missing for that, and runs them: the quickstart, then
# the import of some days of real orders into a new store, then reports on them and the read models that they left, then
# a look into the past of one of them, and the small programs.

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

echo
echo "== orders diff"
"$bin/orders" --store sqlite:orders.db diff 536591 --from 35 --to 36

echo
echo "== orders verify"
"$bin/orders" --store sqlite:orders.db verify

for program in order_releases long_orders forgotten_customers closing_the_books; do
  echo
  echo "== $program"
  "$bin/$program"
done
