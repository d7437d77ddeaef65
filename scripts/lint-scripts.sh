#!/usr/bin/env bash
# Runs shellcheck over the project's scripts: the one in target/venv that scripts/test-python.sh installs,
# or else the system's.
set -euo pipefail
cd "$(dirname "$0")/.."

shellcheck=target/venv/bin/shellcheck
if [ ! -x "$shellcheck" ]; then shellcheck=shellcheck; fi
if ! command -v "$shellcheck" >/dev/null 2>&1; then
  echo "no shellcheck: \`make test-python\` installs one into target/venv" >&2
  exit 1
fi
"$shellcheck" --external-sources scripts/*.sh scripts/lib/*.sh .ci/run
echo "the scripts are clean ($("$shellcheck" --version | sed -n 's/^version: //p'))"
