# shellcheck shell=bash
# Finds the toolchains that guerdon is built and tested with. Sourced, never run.
#
# Each `find_X` prints the path of a good one, or nothing. PYTHON in the environment names one to try first.

rust_wanted=1.88 # the bindings' `rust-version`; the core itself asks for 1.85
python_wanted=3.10
node_wanted=20.0
java_wanted=17.0
maven_wanted=3.6

# at_least WANTED FOUND: compares dotted versions by their numbers.
at_least() {
  awk -v wanted="$1" -v found="$2" 'BEGIN {
    n = split(wanted, w, "."); split(found, f, ".")
    for (i = 1; i <= n; i++) {
      if (f[i] + 0 > w[i] + 0) exit 0
      if (f[i] + 0 < w[i] + 0) exit 1
    }
    exit 0
  }'
}

# version_of COMMAND...: the first dotted number that the command prints.
version_of() {
  "$@" 2>/dev/null </dev/null | grep -Eo '[0-9]+(\.[0-9]+)+' | head -n 1 || true
}

# good COMMAND WANTED: true when the command answers `--version` with at least the wanted one.
good() {
  command -v "$1" >/dev/null 2>&1 || return 1
  local found
  found=$(version_of "$1" --version)
  [ -n "$found" ] && at_least "$2" "$found"
}

find_rust() {
  if good rustc "$rust_wanted" && command -v cargo >/dev/null 2>&1; then command -v rustc; fi
}

find_linker() {
  local name
  for name in "${CC:-cc}" gcc clang; do
    if command -v "$name" >/dev/null 2>&1; then command -v "$name"; return; fi
  done
}

# A Python that also has venv and pip at hand: distributions ship them apart.
find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 python3.10; do
    if good "$name" "$python_wanted" && "$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
}

find_node() {
  if good node "$node_wanted"; then command -v node; fi
}

find_npm() {
  command -v npm 2>/dev/null || true
}

find_java() {
  if good java "$java_wanted"; then command -v java; fi
}

find_maven() {
  if good mvn "$maven_wanted"; then command -v mvn; fi
}
