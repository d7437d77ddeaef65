#!/usr/bin/env bash
# One call of a plan in Rust, Python and Node, in one run: builds all three in release, then benches/calls/run.py
# times them in turns and prints what was promised beside what was measured. Arguments go to run.py.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/venv.sh
source scripts/lib/venv.sh

root=$PWD
venv=$root/target/venv-peers
cargo build --release --locked -q -p guerdon-benches --bin call
make_venv "$venv" benches/peers/requirements.txt
(
  cd bindings-python
  VIRTUAL_ENV=$venv CARGO_TARGET_DIR=$root/target/python \
    "$venv/bin/maturin" develop --locked --release
)
if [ -f benches/calls/node_call.mjs ]; then
  (
    cd bindings-node
    [ -d node_modules ] || npm install --no-save --no-audit --no-fund
    npx napi build --platform --release --target-dir "$root/target/node" --js native.cjs --dts native.d.ts -- --locked
  )
fi
exec "$venv/bin/python" benches/calls/run.py --rust target/release/call "$@"
