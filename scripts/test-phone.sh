#!/usr/bin/env bash
# Tests the library of Swift and Kotlin as far as Rust goes: how numbers cross, and that the sources which are
# generated from it have every operation. It needs neither language's compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/phone.sh
source scripts/lib/phone.sh

tests() {
  CARGO_TARGET_DIR=$phone_target cargo test -q --locked -p guerdon-swift
}

open_steps
need "phone library" phone_library dev || true
test_step "phone tests" tests || true
close_steps
