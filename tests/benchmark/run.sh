#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the benchmarks as a release, runs them on a PostgreSQL server of their own, prints the tables and writes
# build/benchmark/postgres.json. What follows is handed to postgres_benchmark: --rounds 5, --only append, ...

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cmake --preset release -B build/benchmark -DANNALS_BUILD_BENCHMARKS=ON >/dev/null
cmake --build build/benchmark --target postgres_benchmark -- -j1

root=$(mktemp -d "${TMPDIR:-/tmp}/annals-benchmark-XXXXXX")
chmod 755 "$root"
trap 'bash tests/postgres/server.sh remove "$root/server"; rm -rf "$root"' EXIT
# Nothing of the server's own shall fall into one way's time and not into another's: no checkpoint but those that the
# program asks for, no vacuum. What a commit costs stays as it is by default.
bash tests/postgres/server.sh make "$root/server" "shared_buffers = 1GB" "max_wal_size = 16GB" \
  "checkpoint_timeout = 1h" "autovacuum = off" "max_connections = 100"
bash tests/postgres/server.sh start "$root/server"

build/benchmark/tests/benchmark/postgres_benchmark "$(<"$root/server/conninfo")" \
  --json build/benchmark/postgres.json "$@"
echo
echo "build/benchmark/postgres.json"
