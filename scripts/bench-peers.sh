#!/usr/bin/env bash
# Runs benches/peers/run.py, which has DuckDB, Polars and guerdon do the same job in one run, in a virtual
# environment of its own with a release build of guerdon. Arguments go to run.py.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/venv.sh
source scripts/lib/venv.sh

root=$PWD
venv=$root/target/venv-peers
make_venv "$venv" benches/peers/requirements.txt
(
  cd bindings-python
  VIRTUAL_ENV=$venv CARGO_TARGET_DIR=$root/target/python \
    "$venv/bin/maturin" develop --locked --release
)
exec "$venv/bin/python" benches/peers/run.py "$@"
