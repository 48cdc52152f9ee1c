# What the scripts share: finds the checkout, installs what is missing through apt, configures and builds.
# shellcheck shell=bash
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
build=${PLUMBLINE_BUILD:-$root/build}

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 4
}

# Debian 12 keeps the Boost that we need beside its default one, and Arb beside FLINT; newer systems have both in one.
packages() {
  local boost=libboost-dev arb=libflint-dev
  if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then boost=libboost1.81-dev arb=libflint-arb-dev; fi
  printf '%s\n' build-essential cmake ninja-build ccache mold "$boost" libgmp-dev libmpfr-dev libmpfi-dev \
    libexpected-dev libcli11-dev nlohmann-json3-dev libfmt-dev libpugixml-dev \
    libtomlplusplus-dev libpng-dev zlib1g-dev libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev "$arb"
}

# Installs the packages that are not there; calls apt for nothing else.
install_packages() {
  command -v dpkg-query >/dev/null || return 0
  local wanted installed missing=() package
  mapfile -t wanted < <(packages)
  installed=$(dpkg-query -W -f='/${Package} ${db:Status-Status}/' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    [[ $installed == *"/$package installed/"* ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "not root and no sudo; please install: ${missing[*]}"
    as_root=(sudo)
  fi
  printf 'installing %s\n' "${missing[*]}" >&2
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get update -qq </dev/null >&2 || die 'apt-get update failed'
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2 ||
    die "apt-get could not install: ${missing[*]}"
}

# One compiler per core, and no more than memory allows at 1.5 GiB each.
parallel_jobs() {
  local cores free
  cores=$(nproc)
  free=$(awk '/^MemAvailable:/ {print int($2 / 1572864)}' /proc/meminfo)
  ((free >= 1)) || free=1
  echo $((cores < free ? cores : free))
}

# One line that is rewritten on a terminal, every fiftieth step elsewhere.
progress() {
  local line shown=0 step=0
  while IFS= read -r line; do
    [[ $line =~ ^\[[0-9]+/[0-9]+\] ]] || continue
    if [[ -t 2 ]]; then
      printf '\r\e[K%.100s' "$line" >&2
      shown=1
    elif ((step++ % 50 == 0)); then
      printf '%s\n' "$line" >&2
    fi
  done
  if ((shown)); then printf '\r\e[K' >&2; fi
}

configured() {
  [[ -f $build/build.ninja ]] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"
}

# Brings the named targets up to date in $build.
prepare() {
  install_packages
  mkdir -p "$build"
  if [[ -z ${CCACHE_DIR:-} && ! -w ${HOME:-/nonexistent} ]]; then export CCACHE_DIR=$build/ccache; fi
  exec 9>"$build/.lock"
  flock 9
  local log=$build/build.log
  if ! configured; then
    cmake --fresh -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release </dev/null >"$log" 2>&1 || {
      cat "$log" >&2
      die 'cmake failed'
    }
  fi
  ninja -C "$build" -j "$(parallel_jobs)" "$@" </dev/null 2>&1 9>&- | tee "$log" | progress || {
    sed -n '/^FAILED: /,$p' "$log" | head -n 200 >&2
    grep '^ninja: error' "$log" >&2 || true
    die "the build failed; the whole log is $log"
  }
  exec 9>&-
}
