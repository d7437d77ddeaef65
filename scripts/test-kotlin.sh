#!/usr/bin/env bash
# Builds the Kotlin package with Maven and tests it: every vector through `call` and through the typed records,
# the screens of a phone, hostile input, and the sample of the README. Maven fetches what bindings-kotlin/pom.xml
# names into its own cache.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/phone.sh
source scripts/lib/phone.sh

profile=${GUERDON_PROFILE:-dev}

package=$root/bindings-kotlin

sources() {
  local library
  library=$(phone_built "$profile")/libguerdon_ffi.so
  phone_sources kotlin "$library" "$package/target/generated/main" "$package/target/generated/test" &&
    mkdir -p "$package/target/native" &&
    ln -sfnr "$library" "$package/target/native/libguerdon_ffi.so"
}

# Without the compile daemon, which would outlive the run.
tests() {
  cd "$package" && mvn --batch-mode --no-transfer-progress -Dstyle.color=never -Dkotlin.compiler.daemon=false test
}

open_steps
need "kotlin library" phone_library "$profile" || true
need "kotlin sources" sources || true
test_step "kotlin tests" tests || true
close_steps
