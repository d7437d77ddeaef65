#!/usr/bin/env bash
# Prints which toolchains this machine has, which packages the tests install by themselves, and how to get
# what is missing.
#
#   scripts/toolchains.sh             the table; with CI=true a missing toolchain is a failure
#   scripts/toolchains.sh has NAME    only an exit status: is it here? (rust, python, node, swift, kotlin)
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/toolchain.sh
source scripts/lib/toolchain.sh

missing=()

row() {
  printf '  %-16s %-9s %-10s %s\n' "$@"
}

# toolchain NAME WANTED PATH HOW_TO_GET_IT
toolchain() {
  if [ -n "$3" ]; then
    row "$1" "$2" "$(version_of "$3" --version)" "found: $3"
  else
    row "$1" "$2" - "MISSING: $4"
    missing+=("$1")
  fi
}

# packages NAME WHERE FILE: what a test script installs from a pinned list in the project.
packages() {
  if [ -d "$2" ]; then row "$1" pinned - "installed: $2"; else row "$1" pinned - "the tests install them from $3"; fi
}

# Swift is found, or made by its test from the system's packages; see scripts/swift-toolchain.sh.
swift() {
  local where
  where=$(scripts/swift-toolchain.sh where)
  if [ -x "$where" ] || [ -L "$where" ]; then
    row swift any "$(scripts/swift-toolchain.sh version)" "found: $where"
  elif scripts/swift-toolchain.sh can; then
    row swift any - "$where; the tests do that"
  else
    row swift any - "MISSING: $where"
    missing+=(swift)
  fi
}

table() {
  echo "Toolchains:"
  row name wanted found state
  toolchain rust ">= $rust_wanted" "$(find_rust)" "install it with rustup (https://rustup.rs)"
  toolchain linker any "$(find_linker)" "a C compiler: build-essential on Debian, Xcode's command line tools on a Mac"
  toolchain python ">= $python_wanted" "$(find_python)" "python3 and python3-venv from the system's packages, or https://www.python.org"
  toolchain node ">= ${node_wanted%.0}" "$(find_node)" "https://nodejs.org, or the system's packages"
  toolchain npm any "$(find_npm)" "it comes with Node"
  swift
  toolchain java ">= ${java_wanted%.0}" "$(find_java)" "openjdk-17-jdk-headless from the system's packages, or https://adoptium.net"
  toolchain maven ">= $maven_wanted" "$(find_maven)" "maven from the system's packages, or https://maven.apache.org"
  packages "python packages" target/venv bindings-python/requirements-dev.txt
  packages "node packages" bindings-node/node_modules bindings-node/package-lock.json
  packages "statechart packages" tests/statecharts/node_modules tests/statecharts/package-lock.json
  echo
  if [ "${#missing[@]}" -eq 0 ]; then return 0; fi
  if [ "${CI:-}" = true ]; then
    echo "With CI=true nothing is skipped: install ${missing[*]} first."
    return 1
  fi
  echo "What needs ${missing[*]} is skipped here; CI fails on it."
}

has() {
  case $1 in
    rust) [ -n "$(find_rust)" ] && [ -n "$(find_linker)" ] ;;
    python) [ -n "$(find_python)" ] ;;
    swift) scripts/swift-toolchain.sh can ;;
    kotlin) [ -n "$(find_java)" ] && [ -n "$(find_maven)" ] ;;
    node) [ -n "$(find_node)" ] && [ -n "$(find_npm)" ] ;;
    *)
      echo "no such toolchain: \`$1\`; one of rust, python, node, swift, kotlin" >&2
      return 2
      ;;
  esac
}

case ${1:-table} in
  table) table ;;
  has) has "${2:-}" ;;
  *)
    echo "usage: scripts/toolchains.sh [has NAME]" >&2
    exit 2
    ;;
esac
