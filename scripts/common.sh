# Sourced by the scripts beside it: the root as working directory, and a quiet tool chain.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
# Build servers that outlive the build would be found as leaked processes by the tests.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# The SDK aborts where Debian's ICU is not installed; nothing here is localised.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Runs a command silently and shows what it printed only if it fails.
quietly() {
  local output
  output=$(mktemp)
  if "$@" >"$output" 2>&1; then
    rm -f "$output"
  else
    local status=$?
    cat "$output" >&2
    rm -f "$output"
    return "$status"
  fi
}

native_rid() {
  case $(uname -m) in
    aarch64) say linux-arm64 ;;
    *) say linux-x64 ;;
  esac
}
