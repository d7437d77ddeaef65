#!/usr/bin/env bash
# Builds bindings-swift/GuerdonFFI.xcframework on a Mac: iPhone, simulator and Mac, for Package.swift to link.
#
# Needs Xcode and rustup. Written to UniFFI's documentation and never run by the project's own tests, which have
# no Mac: read it before you trust it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
# shellcheck source=scripts/lib/phone.sh
source scripts/lib/phone.sh

if [ "$(uname -s)" != Darwin ]; then
  echo "an XCFramework is made on a Mac; on Linux scripts/test-swift.sh builds the package" >&2
  exit 1
fi

targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin)
package=$root/bindings-swift
work=$root/target/xcframework
export CARGO_TARGET_DIR=$phone_target

rustup target add "${targets[@]}"
for target in "${targets[@]}"; do
  cargo build --locked --release -p guerdon-swift --lib --target "$target"
done
cargo build --locked -p guerdon-swift --lib --example generate

rm -rf "$work" "$package/GuerdonFFI.xcframework"
mkdir -p "$work/headers" "$work/sim" "$work/mac"
phone_sources swift "$phone_target/debug/libguerdon_ffi.dylib" "$work/sources" "$package/Tests/GuerdonTests/Generated"
cp "$work/sources/GuerdonFFI.h" "$package/Sources/GuerdonFFI/module.modulemap" "$work/headers/"
mkdir -p "$package/Sources/Guerdon/Generated"
cp "$work"/sources/*.swift "$package/Sources/Guerdon/Generated/"

library=release/libguerdon_ffi.a
lipo -create "$phone_target/aarch64-apple-ios-sim/$library" "$phone_target/x86_64-apple-ios/$library" \
  -output "$work/sim/libguerdon_ffi.a"
lipo -create "$phone_target/aarch64-apple-darwin/$library" "$phone_target/x86_64-apple-darwin/$library" \
  -output "$work/mac/libguerdon_ffi.a"
xcodebuild -create-xcframework \
  -library "$phone_target/aarch64-apple-ios/$library" -headers "$work/headers" \
  -library "$work/sim/libguerdon_ffi.a" -headers "$work/headers" \
  -library "$work/mac/libguerdon_ffi.a" -headers "$work/headers" \
  -output "$package/GuerdonFFI.xcframework"
