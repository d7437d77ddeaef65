#!/usr/bin/env bash
# One preview of the fixture plan and a batch of 1,000 rows, in Rust, Swift and Kotlin, in one run, beside a call
# that does nothing. Columns: language, what, median and best of the rounds, in microseconds (a call, or a row).
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
# shellcheck source=scripts/lib/phone.sh
source scripts/lib/phone.sh

swift=$root/scripts/swift-toolchain.sh
package=$root/bindings-swift
work=$root/target/bench-phone

phone_library ci
built=$(phone_built ci)
mkdir -p "$work/lib"

# The benches link the optimised library; the tests' packages are left alone.
phone_sources swift "$built/libguerdon_ffi.so" "$work/swift" "$work/swift-tests"
mkdir -p "$work/package/Sources/Guerdon/Generated" "$work/package/lib"
cp "$package/Package.swift" "$work/package/"
cp -r "$package/Sources" "$work/package/"
cp "$work"/swift/*.swift "$work/package/Sources/Guerdon/Generated/"
cp "$work/swift/GuerdonFFI.h" "$work/package/Sources/GuerdonFFI/"
mkdir -p "$work/package/Tests/GuerdonTests"
echo >"$work/package/Tests/GuerdonTests/None.swift"
ln -sfn "$built/libguerdon_ffi.a" "$work/package/lib/libguerdon_ffi.a"
(cd "$work/package" && rm -f .build/*/release/Bench && "$swift" run swift build -c release --product Bench)

phone_sources kotlin "$built/libguerdon_ffi.so" bindings-kotlin/target/generated/main bindings-kotlin/target/generated/test
CARGO_TARGET_DIR=$phone_target cargo build -q --locked --profile ci -p guerdon-benches --bin phone

"$built/phone"
(cd "$work/package" && "$swift" run .build/release/Bench "$root/benches/fixtures")
(
  cd bindings-kotlin
  mkdir -p target/native
  ln -sfnr "$built/libguerdon_ffi.so" target/native/libguerdon_ffi.so
  mvn --batch-mode --no-transfer-progress -q -Dstyle.color=never -Dkotlin.compiler.daemon=false \
    -Dtest=PhoneBench -Dsurefire.useFile=false test | grep -ao "kotlin\s.*"
  ln -sfnr "$(phone_built dev)/libguerdon_ffi.so" target/native/libguerdon_ffi.so
)
