#!/usr/bin/env bash
# Builds and tests guerdon in every language. `make test` is this.
#
# A toolchain that is missing skips its language and says so; with CI=true it is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh

open_steps
scripts/toolchains.sh || record toolchains FAILED 0 0 0

# A Swift that has to be made is fetched while the others build; its test waits for it. It is a process group of its
# own, so that it can be ended with all that it started: one that outlives this script would hold its lock.
if ! command -v swift >/dev/null 2>&1 && scripts/toolchains.sh has swift; then
  setsid scripts/swift-toolchain.sh make >"$logs/swift-toolchain-ahead.log" 2>&1 </dev/null &
  ahead=$!
  trap 'kill -- -"$ahead" 2>/dev/null || true' EXIT
fi

for language in rust python node swift kotlin; do
  if scripts/toolchains.sh has "$language"; then
    # The verdict is in the rows that the script adds to the table.
    "scripts/test-$language.sh" || true
  elif [ "${CI:-}" = true ] || [ "$language" = rust ]; then
    record "$language" FAILED 0 0 0
  else
    left_out "$language" "its toolchain is missing, see the table above"
  fi
done
scripts/test-phone.sh || true
scripts/test-demo.sh || true

wait
close_steps
