#!/usr/bin/env bash
# Tries the property tests of the core with fresh cases until the time is up, and says how many it tried.
#
#   scripts/properties.sh                          a minute in all
#   MINUTES=60 scripts/properties.sh               an hour in all, every program for an equal part of it
#   MINUTES=5 scripts/properties.sh payout_lives   five minutes of one program
#
# The gate tries a few cases of each property. Here the same programs run again and again, with new seeds, built with
# optimisation and with every overflow checked, in target/properties. A property that fails prints the smallest case
# that breaks it; the change that mends the fault keeps it, as a vector or as a Rust test.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=("$@")
if [ "${#wanted[@]}" -eq 0 ]; then wanted=('*_properties' whole_histories payout_lives); fi

target=target/properties
logs=$target/logs
mkdir -p "$logs"

arguments=()
for name in "${wanted[@]}"; do arguments+=(--test "$name"); done
export CARGO_PROFILE_TEST_OPT_LEVEL=2 CARGO_PROFILE_TEST_DEBUG=0
# Each step on the way to the smallest case panics.
export RUST_BACKTRACE=0
build=(cargo test --quiet --locked --no-run --target-dir "$target" -p guerdon "${arguments[@]}")
"${build[@]}"
mapfile -t programs < <("${build[@]}" --message-format json | grep -o '"executable":"[^"]*"' | cut -d '"' -f 4)

# tried LOG: each property and how many cases of it the log tells of. With one thread, libtest writes `test NAME ... `
# before what the test itself says.
tried() {
  awk '/^test .* property: [0-9]+ cases$/ { print $2, $(NF - 1) }' "$1"
}

# summed FILE: how many properties and cases there are in those lines.
summed() {
  awk '!seen[$1]++ { properties++ } { cases += $2 } END { print properties + 0, cases + 0 }' "$1"
}

row='properties %-22s %5ss  %3d properties  %12d cases  %s\n'
seconds=$((${MINUTES:-1} * 60 / ${#programs[@]}))
all_seconds=0 all_properties=0 all_cases=0 broken=()
for program in "${programs[@]}"; do
  name=$(basename "$program")
  name=${name%-*}
  log=$logs/$name.log
  counts=$logs/$name.counts
  : >"$counts"
  state="nothing found"
  started=$SECONDS
  end=$((started + seconds))
  while [ "$SECONDS" -lt "$end" ]; do
    if ! "$program" --test-threads 1 --nocapture >"$log" 2>&1; then
      state="FOUND something"
      broken+=("$name")
      break
    fi
    tried "$log" >>"$counts"
  done
  taken=$((SECONDS - started)) all_seconds=$((all_seconds + SECONDS - started))
  read -r properties cases < <(summed "$counts")
  all_properties=$((all_properties + properties)) all_cases=$((all_cases + cases))
  # shellcheck disable=SC2059 # the row is a constant
  printf "$row" "$name" "$taken" "$properties" "$cases" "$state"
done
# shellcheck disable=SC2059
printf "$row" all "$all_seconds" "$all_properties" "$all_cases" ""

if [ "${#broken[@]}" -gt 0 ]; then
  for name in "${broken[@]}"; do
    echo
    echo "$name: the whole is in $logs/$name.log"
    awk '/^Test failed/ { shown = 1 } shown; /^\tsuccesses:/ { shown = 0 }' "$logs/$name.log"
  done
  exit 1
fi
