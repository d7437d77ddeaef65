#!/usr/bin/env bash
# One event of a workflow from Node, its snapshot stored as JSON each time, beside XState 5: builds the package in
# release, then benches/calls/workflow_call.mjs times both in turns.
set -euo pipefail
cd "$(dirname "$0")/.."
(
  cd bindings-node
  [ -d node_modules ] || npm install --no-save --no-audit --no-fund
  npx napi build --platform --release --target-dir "$PWD/../target/node" --js native.cjs --dts native.d.ts -- --locked
)
(
  cd tests/statecharts
  [ -d node_modules ] || npm install --no-save --no-audit --no-fund
)
exec node benches/calls/workflow_call.mjs
