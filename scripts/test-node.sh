#!/usr/bin/env bash
# Builds the Node package in place and tests it, its types included.
#
# The addon has its own target directory, as the Python extension has. Arguments go to `node --test`.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/toolchain.sh
source scripts/lib/toolchain.sh

package=bindings-node
# The lock that is installed is kept beside what it installed, so that an unchanged one costs nothing.
installed=$package/node_modules/.guerdon-lock.json

packages() {
  if cmp -s "$package/package-lock.json" "$installed"; then
    echo "$package/package-lock.json is installed"
    return
  fi
  (cd "$package" && npm ci --no-audit --no-fund) &&
    cp "$package/package-lock.json" "$installed"
}

build() {
  cd "$package" &&
    npx --no-install napi build --platform --profile ci --target-dir "$root/target/node" -- --locked
}

tests() {
  local node
  node=$(find_node)
  cd "$package" && "$node" --test --test-reporter=tap "$@"
}

types() {
  cd "$package" && npx --no-install tsc --noEmit
}

open_steps
need "node packages" packages || true
need "node build" build || true
test_step "node tests" tests "$@" || true
step "node types" types || true
close_steps
