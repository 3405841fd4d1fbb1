#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The PostgreSQL servers of a test run.
#
#   fixture.sh start FILE   starts one that tests share, and writes the name of the run's temporary folder to FILE; tests
#                           that need a server of their own make it in that folder
#   fixture.sh stop FILE    stops and removes all of them

set -euo pipefail
server=$(dirname "${BASH_SOURCE[0]}")/server.sh
file=$2

remove_all() {
  [[ -f $file ]] || return 0
  local root folder
  root=$(<"$file")
  for folder in "$root"/*/; do
    [[ ! -d $folder ]] || bash "$server" remove "${folder%/}"
  done
  rm -rf "$root" "$file"
}

case $1 in
start)
  remove_all # of a run that was interrupted
  root=$(mktemp -d "${TMPDIR:-/tmp}/annals-tests-XXXXXX")
  chmod 755 "$root"
  echo "$root" >"$file"
  # The library must not depend on what the server's default is, so this one has the weakest.
  bash "$server" make "$root/shared" "max_connections = 200" "synchronous_commit = off"
  bash "$server" start "$root/shared"
  bash "$server" pool "$root/shared"
  ;;
stop) remove_all ;;
esac
