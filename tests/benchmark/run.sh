#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the benchmarks as a release, runs them in a temporary folder and on a PostgreSQL server of their own, prints the
# tables, writes build/benchmark/{memory,sqlite,postgres,sealing}.json and draws build/benchmark/ratios.svg of the first
# three. What follows is handed to all: --rounds 5, --only append, ...
#
# run.sh --peers ...: instead, measures other event stores, installed from npm, on such a server: peers.{json,svg}.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/benchmark
programs=(memory sqlite postgres sealing)
picture=ratios
if [[ ${1:-} == --peers ]]; then
  programs=(peers)
  picture=peers
  shift
fi

cmake --preset release -B $out -DANNALS_BUILD_BENCHMARKS=ON >/dev/null
cmake --build $out --target "${programs[@]/%/_benchmark}" -- -j1

root=$(mktemp -d "${TMPDIR:-/tmp}/annals-benchmark-XXXXXX")
chmod 755 "$root"
trap 'bash tests/postgres/server.sh remove "$root/server"; rm -rf "$root"' EXIT

start_server() {
  # Nothing of the server's own shall fall into one way's time and not into another's: no checkpoint but those that the
  # program asks for, no vacuum. What a commit costs stays as it is by default.
  bash tests/postgres/server.sh make "$root/server" "shared_buffers = 1GB" "max_wal_size = 16GB" \
    "checkpoint_timeout = 1h" "autovacuum = off" "max_connections = 100"
  bash tests/postgres/server.sh start "$root/server"
  place=$(<"$root/server/conninfo")
}

for program in "${programs[@]}"; do
  place=
  case $program in
  memory)
    printf '\n-- In memory\n'
    ;;
  sqlite)
    printf '\n-- SQLite\n'
    place=$root
    ;;
  sealing)
    printf '\n-- Sealed payloads\n'
    place=$root
    ;;
  postgres)
    printf '\n-- PostgreSQL\n'
    start_server
    ;;
  peers)
    printf '\n-- Other event stores\n'
    start_server
    bash tests/benchmark/peers/install.sh "$root/peers" "$place"
    export ANNALS_PEERS=$root/peers
    ;;
  esac
  "$out/tests/benchmark/${program}_benchmark" ${place:+"$place"} --json "$out/$program.json" "$@"
done

figures=("${programs[@]/#/$out/}")
figures=("${figures[@]/%/.json}")
# What is sealed is measured beside what is not: no bar for a picture of the library beside others.
drawn=()
for figure in "${figures[@]}"; do
  [[ $figure == */sealing.json ]] || drawn+=("$figure")
done
python3 tests/benchmark/plot.py "$out/$picture.svg" "${drawn[@]}"
printf '\n'
printf '%s\n' "${figures[@]}" "$out/$picture.svg"
