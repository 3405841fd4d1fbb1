#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Makes the Conan package from this checkout and builds a user's project with it: the core, then with the adapters. The
# client comes from PyPI into a temporary folder. The libraries that annals stands on are the system's, in packages of
# their own (tests/conan/system) that have the names and targets of Conan Center's, so nothing else is downloaded.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source cmake/scripts/packages.sh
need_packages "${build_packages[@]}" python3-venv

root=$(mktemp -d "${TMPDIR:-/tmp}/annals-conan-XXXXXX")
trap 'rm -rf "$root" tests/conan/build' EXIT
python3 -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet --disable-pip-version-check 'conan>=2.0,<3'
export CONAN_HOME=$root/home
conan=$root/venv/bin/conan

"$conan" profile detect >/dev/null 2>&1
profile=("--profile:all=default" "--settings:all=compiler.cppstd=20" "--settings:all=build_type=Debug" --no-remote
  "--conf:all=tools.cmake.cmaketoolchain:generator=Ninja")

for library in nlohmann_json/3.11.2 boost/1.74.0 sqlite3/3.40.1 libpq/15.0 cnats/3.4.1 librdkafka/2.0.2 libsodium/1.0.18 \
  zstd/1.5.4; do
  "$conan" create tests/conan/system --name "${library%/*}" --version "${library#*/}" "${profile[@]}" \
    --options:all='boost/*:header_only=True' >"$root/log" 2>&1 || {
    cat "$root/log"
    exit 1
  }
done

# create <adapter>...
create() {
  local options=(--options:all='boost/*:header_only=True') adapter
  for adapter in "$@"; do
    options+=("--options:all=annals/*:with_$adapter=True")
  done
  "$conan" create . "${profile[@]}" "${options[@]}"
}

create
create sqlite postgres nats kafka sodium zstd
ids=$("$conan" list 'annals/*:*' --format=json | grep -o '"[0-9a-f]\{40\}"' | sort -u | wc -l)
[[ $ids == 1 ]] || {
  echo "The options of a header-only library must not change its package; there are $ids." >&2
  exit 1
}
echo "Conan: one package, consumed with and without adapters."
