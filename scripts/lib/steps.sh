# shellcheck shell=bash
# The step runner that `make test` and `.ci/run` share. Sourced, never run.
#
# A step is one command with a name. Its output goes to target/ci/NAME.log, so that a run reads as one line a
# step; a step that fails shows the tail of its log at once. No step ends the run: later ones still tell
# what they know and the closing table is complete. Only a step that builds on a broken one is left out,
# and that counts as a failure too.
#
# Rows of the table are kept in target/ci/steps.tsv: name, state, seconds, tests passed, tests failed.
# A script that another one called with GUERDON_STEPS set adds to the caller's table and leaves the
# printing of it to the caller.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$root/target/ci
log_tail_lines=60

# What `open_steps` found: whether this script owns the table.
owns_table=no
# Set by `need` when a step failed that the rest of this script cannot do without.
blocked_by=""

# Starts the table, or joins the caller's.
open_steps() {
  mkdir -p "$logs"
  if [ -z "${GUERDON_STEPS:-}" ]; then
    owns_table=yes
    export GUERDON_STEPS=$logs/steps.tsv
    : >"$GUERDON_STEPS"
  fi
  first_row=$(($(wc -l <"$GUERDON_STEPS") + 1))
}

# step NAME COMMAND...: runs the command and records how it went; fails as the command does.
step() {
  run_step no "$@"
}

# test_step NAME COMMAND...: a step that must run at least one test.
test_step() {
  run_step yes "$@"
}

# need NAME COMMAND...: a step without which the rest of this script is left out.
need() {
  run_step no "$@" || { blocked_by=${blocked_by:-$1}; return 1; }
}

run_step() {
  local wants_tests=$1 name=$2
  shift 2
  local log=$logs/${name// /-}.log
  if [ -n "$blocked_by" ]; then
    printf '%-28s left out: it needs "%s"\n' "$name" "$blocked_by"
    record "$name" "left out" 0 0 0
    return 1
  fi
  local started=$SECONDS state=ok
  # In a subshell, so that a step may change the directory; without standard input, so that no tool waits
  # for an answer. `set -e` does not reach in here: a step of several commands chains them by `&&`.
  if ! ("$@") >"$log" 2>&1 </dev/null; then state=FAILED; fi
  local passed failed
  read -r passed failed < <(count_tests "$log")
  if [ "$state" = ok ] && [ "$wants_tests" = yes ] && [ "$passed" -eq 0 ]; then
    echo "no test ran" >>"$log"
    state=FAILED
  fi
  local seconds=$((SECONDS - started))
  record "$name" "$state" "$seconds" "$passed" "$failed"
  printf '%-28s %-8s %5ss  %s\n' "$name" "$state" "$seconds" "$(tests_text "$passed" "$failed")"
  [ "$state" = ok ] && return 0
  echo "  command: $*"
  echo "  last lines of ${log#"$root"/}:"
  tail -n "$log_tail_lines" "$log" | sed 's/^/  | /'
  return 1
}

# left_out NAME REASON: says that something does not run here, and why. Not a failure.
left_out() {
  printf '%-28s skipped: %s\n' "$1" "$2"
  record "$1" skipped 0 0 0
}

record() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$GUERDON_STEPS"
}

tests_text() {
  if [ "$(($1 + $2))" -gt 0 ]; then echo "$1 passed, $2 failed"; fi
}

# count_tests LOG: prints how many tests passed and failed, from the closing lines of cargo test (and
# libtest-mimic), pytest, node --test, XCTest and surefire.
count_tests() {
  awk '
    /^test result: / {
      for (i = 2; i <= NF; i++) {
        if ($i == "passed;") passed += $(i - 1)
        if ($i == "failed;") failed += $(i - 1)
      }
    }
    /^=*.* in [0-9.]+s/ && /(passed|failed|error)/ && !/^test result/ {
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed,?$/) passed += $(i - 1)
        if ($i ~ /^(failed|errors?),?$/) failed += $(i - 1)
      }
    }
    /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
    /^(#|ℹ) fail [0-9]+$/ { failed += $3 }
    /^vectors by [a-z]+: [0-9]+ passed, [0-9]+ failed$/ { passed += $4; failed += $6 }
    /^[ \t]*Executed [0-9]+ tests?, with [0-9]+ failure/ { all = $2; bad = $5 } # the last one sums them up
    /Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$/ {
      gsub(/,/, ""); sub(/.*Tests run:/, "")
      passed += $1 - $3 - $5; failed += $3 + $5
    }
    END {
      passed += all > bad ? all - bad : 0; failed += bad
      print passed + 0, failed + 0
    }
  ' "$1"
}

# True when every row since this script began is fine.
all_green() {
  awk -F '\t' -v first="$first_row" '
    NR >= first && ($2 == "FAILED" || $2 == "left out") { broken = 1 }
    END { exit broken }
  ' "$GUERDON_STEPS"
}

# Ends the script with its verdict; the owner of the table prints it, closing on the count of tests.
# A broken step that is no failed test (a lint, a build) counts as one failure, so that "0 failed" is
# said only of a run that is wholly green.
close_steps() {
  if [ "$owns_table" = yes ]; then
    echo
    echo "Where the time went:"
    awk -F '\t' '
      function clock(s) { return sprintf("%d:%02d", int(s / 60), s % 60) }
      {
        tests = ($4 + $5) ? $4 " passed, " $5 " failed" : ""
        printf "  %-28s %-8s %7s  %s\n", $1, $2, clock($3), tests
        total += $3; passed += $4; failed += $5
        if ($2 == "FAILED" || $2 == "left out") names = names (names ? ", " : "") $1
        if (($2 == "FAILED" && !$5) || $2 == "left out") failed += 1
      }
      END {
        printf "  %-28s %-8s %7s\n\n", "all", "", clock(total)
        if (names) print "Not green: " names
        printf "total: %d passed, %d failed\n", passed, failed
      }
    ' "$GUERDON_STEPS"
  fi
  all_green
}
