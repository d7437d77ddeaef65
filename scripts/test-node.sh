#!/usr/bin/env bash
# Builds the Node package in place and tests it, its types included; then holds the statecharts to what others say of
# them (tests/statecharts), through that package.
#
# What each step is stands in bindings-node/package.json (`npm run build`, `npm test`, `npm run types`). The
# addon has its own target directory, as the Python extension has.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh

# The lock that is installed is kept beside what it installed, so that an unchanged one costs nothing.
installed=node_modules/.guerdon-lock.json

# `npm install`, not `npm ci`: the command line of napi-rs has optional packages for many platforms, and `npm ci`
# refuses a lock as soon as one of them cannot be looked up. The versions are those of the lock either way,
# and --no-save leaves the lock alone.
packages() {
  if cmp -s package-lock.json "$installed"; then
    echo "package-lock.json is installed"
    return
  fi
  npm install --no-save --no-audit --no-fund && cp package-lock.json "$installed"
}

cd bindings-node
open_steps
need "node packages" packages || true
need "node build" npm run build -- -- --locked || true
test_step "node tests" npm test || true
step "node types" npm run types || true
cd ../tests/statecharts
need "statechart packages" packages || true
test_step "statecharts" npm test || true
close_steps
