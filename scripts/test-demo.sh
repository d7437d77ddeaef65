#!/usr/bin/env bash
# Runs the demo and has an independent script compute every statement of it again, from the purchases and the
# stated rules.
#
# The debug profile on purpose: the tests have built it already, and it checks every overflow.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/steps.sh
source scripts/lib/steps.sh
# shellcheck source=scripts/lib/toolchain.sh
source scripts/lib/toolchain.sh

open_steps
need "demo runs" cargo run -q --locked -p guerdon --example partner_month || true
python=$(find_python)
if [ -n "$python" ]; then
  step "demo replayed" "$python" tests/independent/replay.py || true
elif [ "${CI:-}" = true ]; then
  record "demo replayed" FAILED 0 0 0
else
  left_out "demo replayed" "it needs Python"
fi
close_steps
