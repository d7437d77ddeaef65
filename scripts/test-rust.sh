#!/usr/bin/env bash
# Builds and tests the Rust side: the core, the conformance vectors, the examples in the documentation.
#
# The debug profile on purpose: it is the one that `make check` keeps warm, and it checks every overflow.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh

open_steps
test_step "rust tests" cargo test --locked --lib --bins --tests --examples || true
test_step "rust doc tests" cargo test --locked --doc || true
close_steps
