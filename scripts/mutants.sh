#!/usr/bin/env bash
# Mutation tests: changes the code of schedules, allocation and refunds, one small change at a time, and
# lists the changes that no test notices. Takes from half an hour to hours; not part of CI.
#
#   scripts/mutants.sh                     the files below
#   scripts/mutants.sh FILE...             these files instead
#
# cargo-mutants is installed into target/tools where it is missing. The report is in target/mutants.out.
set -euo pipefail
cd "$(dirname "$0")/.."

version=27.1.0
files=("$@")
if [ "${#files[@]}" -eq 0 ]; then
  files=('core/src/kernel/schedule/**' core/src/kernel/allocation.rs 'core/src/commission/refund/**')
fi

if ! cargo mutants --version >/dev/null 2>&1; then
  export PATH=$PWD/target/tools/bin:$PATH
  if ! cargo mutants --version >/dev/null 2>&1; then
    echo "installing cargo-mutants $version into target/tools (a few minutes, once)"
    cargo install --quiet --locked --root target/tools --version "$version" cargo-mutants
  fi
fi

arguments=()
for file in "${files[@]}"; do arguments+=(--file "$file"); done
# The vectors count as tests of the core: a change that they notice is caught.
cargo mutants --package guerdon --test-package guerdon --test-package guerdon-tests \
  --output target "${arguments[@]}"
