#!/usr/bin/env bash
# Fuzzes guerdon's doors: documents as text, `call`, stored states, Arrow tables, and typed arrays.
#
#   scripts/fuzz.sh                     every target in turn, 60 seconds in all
#   MINUTES=60 scripts/fuzz.sh          an hour in all
#   MINUTES=5 scripts/fuzz.sh call      five minutes of one target
#
# cargo-fuzz is installed into target/tools where it is missing. What the fuzzer learns stays in
# target/fuzz-corpus for the next run; an input that breaks something is written to target/fuzz-found, and
# `scripts/fuzz.sh TARGET FILE` runs it again.
#
# Without a sanitizer: the core forbids `unsafe`, so that what is left to find are panics, overflows (both
# checked in this build) and broken promises (asserted by the targets), and those need none. The build
# takes four minutes of processor time as it is, once.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.13.1
targets=(documents call states arrow typed)
corpus=target/fuzz-corpus
found=target/fuzz-found
# An input of 16 kB that takes longer than this, or more memory, is a find. The time is the wall clock's: a machine with
# other work has been seen to stand still for 17 seconds over an input of two milliseconds.
seconds_per_input=60
megabytes=1024
longest_input=16384

export PATH=$PWD/target/tools/bin:$PATH
if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "installing cargo-fuzz $version into target/tools (a minute, once)"
  cargo install --quiet --locked --root target/tools --version "$version" cargo-fuzz
fi

# cargo-fuzz passes flags that a stable compiler takes only when told so.
fuzz() {
  local command=$1
  shift
  RUSTC_BOOTSTRAP=1 cargo fuzz "$command" --target-dir target/fuzz --sanitizer none "$@"
}

if [ "$#" -eq 2 ] && [ -f "$2" ]; then
  fuzz run "$1" "$2"
  exit
fi
if [ "$#" -gt 0 ]; then targets=("$@"); fi

if ! cargo metadata --quiet --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null; then
  echo "fuzz/Cargo.lock is behind core/Cargo.toml: cargo update --workspace --manifest-path fuzz/Cargo.toml"
  exit 1
fi
cargo run --quiet --locked -p guerdon-tests --bin seeds -- "$corpus"
fuzz build
seconds=$((${MINUTES:-1} * 60 / ${#targets[@]}))
broken=()
for target in "${targets[@]}"; do
  mkdir -p "$found/$target"
  log=$found/$target.log
  if fuzz run "$target" "$corpus/$target" -- -max_total_time="$seconds" -max_len="$longest_input" -len_control=0 \
    -timeout="$seconds_per_input" -rss_limit_mb="$megabytes" -artifact_prefix="$PWD/$found/$target/" \
    -print_final_stats=1 >"$log" 2>&1; then
    state="nothing found"
  else
    state="FOUND something"
    broken+=("$target")
  fi
  executions=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log")
  printf 'fuzz %-10s %4ss  %10s executions  %s\n' "$target" "$seconds" "${executions:-?}" "$state"
done

if [ "${#broken[@]}" -gt 0 ]; then
  for target in "${broken[@]}"; do
    echo
    echo "$target: the end of $found/$target.log"
    tail -n 40 "$found/$target.log"
  done
  exit 1
fi
