#!/usr/bin/env bash
# One event of a plan of twenty rules from Node, beside the same rules written by hand with decimal.js: builds the
# package in release, then benches/calls/rules_call.mjs compares every cent and times both in turns.
set -euo pipefail
cd "$(dirname "$0")/.."
(
  cd bindings-node
  [ -d node_modules ] || npm install --no-save --no-audit --no-fund
  npx napi build --platform --release --target-dir "$PWD/../target/node" --js native.cjs --dts native.d.ts -- --locked
)
(
  cd benches/calls
  [ -d node_modules ] || npm install --no-save --no-audit --no-fund
)
exec node benches/calls/rules_call.mjs
