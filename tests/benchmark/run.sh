#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the benchmarks as a release, runs them in a temporary folder and on a PostgreSQL server of their own, prints the
# tables, writes build/benchmark/{memory,sqlite,postgres}.json and draws build/benchmark/ratios.svg of them. What follows
# is handed to all: --rounds 5, --only append, ...

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/benchmark

cmake --preset release -B $out -DANNALS_BUILD_BENCHMARKS=ON >/dev/null
cmake --build $out --target memory_benchmark sqlite_benchmark postgres_benchmark -- -j1

root=$(mktemp -d "${TMPDIR:-/tmp}/annals-benchmark-XXXXXX")
chmod 755 "$root"
trap 'bash tests/postgres/server.sh remove "$root/server"; rm -rf "$root"' EXIT

printf '\n-- In memory\n'
$out/tests/benchmark/memory_benchmark --json $out/memory.json "$@"

printf '\n-- SQLite\n'
$out/tests/benchmark/sqlite_benchmark "$root" --json $out/sqlite.json "$@"

# Nothing of the server's own shall fall into one way's time and not into another's: no checkpoint but those that the
# program asks for, no vacuum. What a commit costs stays as it is by default.
bash tests/postgres/server.sh make "$root/server" "shared_buffers = 1GB" "max_wal_size = 16GB" \
  "checkpoint_timeout = 1h" "autovacuum = off" "max_connections = 100"
bash tests/postgres/server.sh start "$root/server"
printf '\n-- PostgreSQL\n'
$out/tests/benchmark/postgres_benchmark "$(<"$root/server/conninfo")" --json $out/postgres.json "$@"

python3 tests/benchmark/plot.py $out/ratios.svg $out/{memory,sqlite,postgres}.json
printf '\n'
printf '%s\n' $out/{memory,sqlite,postgres}.json $out/ratios.svg
