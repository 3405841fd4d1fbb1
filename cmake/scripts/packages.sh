# SPDX-License-Identifier: MIT
# Sourced by the scripts that build.

# What each of them needs, by the names that Debian 12 gives.
build_packages=(g++ cmake ninja-build ccache libboost-dev nlohmann-json3-dev libsqlite3-dev libpq-dev libcli11-dev
  libnats-dev librdkafka-dev libsodium-dev libzstd-dev)
test_packages=("${build_packages[@]}" catch2 postgresql-15 pgbouncer nats-server openssl iproute2 procps python3)

# need_packages <package>...: installs those that are missing, or says which they are and stops.
need_packages() {
  command -v dpkg-query >/dev/null || {
    echo "Not a Debian system: expecting the likes of $* to be here." >&2
    return 0
  }

  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return

  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || { [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; }; then
      echo "Missing packages. As root: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update </dev/null
  "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# As many jobs as there are cores, unless the caller has said otherwise.
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}
