#!/usr/bin/env bash
# Builds the Python package into a virtual environment of its own, target/venv, and tests it there.
#
# The extension has its own target directory: its features of the core differ from everyone else's, and
# sharing one would rebuild the world at each switch. Arguments go to pytest (scripts/test-python.sh -k run).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/venv.sh
source scripts/lib/venv.sh

venv=$root/target/venv
build() {
  cd bindings-python &&
    VIRTUAL_ENV=$venv CARGO_TARGET_DIR=$root/target/python \
      "$venv/bin/maturin" develop --locked --profile ci
}

tests() {
  cd bindings-python && "$venv/bin/python" -m pytest -q "$@"
}

# The package itself; the tests hold its typed samples and its stub to mypy too.
types() {
  cd bindings-python && "$venv/bin/python" -m mypy --strict python/guerdon
}

open_steps
need "python packages" make_venv "$venv" bindings-python/requirements-dev.txt || true
need "python build" build || true
test_step "python tests" tests "$@" || true
step "python types" types || true
close_steps
