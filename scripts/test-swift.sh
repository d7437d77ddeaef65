#!/usr/bin/env bash
# Builds the Swift package on Linux and tests it: every vector through `call` and through the typed records, the
# screens of a phone, hostile input, and the sample of the README.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/phone.sh
source scripts/lib/phone.sh

profile=${GUERDON_PROFILE:-dev}

swift="$root/scripts/swift-toolchain.sh"
package=$root/bindings-swift

sources() {
  local built
  built=$(phone_built "$profile")
  phone_sources swift "$built/libguerdon_ffi.so" "$phone_target/generated/package" "$package/Tests/GuerdonTests/Generated" &&
    mkdir -p "$package/lib" &&
    renew_one "$phone_target/generated/package/GuerdonFFI.h" "$package/Sources/GuerdonFFI/GuerdonFFI.h" &&
    renew_one "$phone_target/generated/package/Guerdon.swift" "$package/Sources/Guerdon/Generated/Guerdon.swift" &&
    renew_one "$phone_target/generated/package/Json.swift" "$package/Sources/Guerdon/Generated/Json.swift" &&
    ln -sfnr "$built/libguerdon_ffi.a" "$package/lib/libguerdon_ffi.a"
}

renew_one() {
  mkdir -p "$(dirname "$2")"
  cmp -s "$1" "$2" || cp "$1" "$2"
}

# SwiftPM does not see that the library has changed: what is linked with it is linked again.
tests() {
  cd "$package" &&
    rm -f .build/*/debug/*.xctest &&
    "$swift" run swift test
}

open_steps
need "swift toolchain" "$swift" make || true
need "swift library" phone_library "$profile" || true
need "swift sources" sources || true
test_step "swift tests" tests || true
close_steps
