#!/usr/bin/env bash
# Holds every dependency to deny.toml: licences, doubles, sources. Known advisories are not checked,
# because their database has to be fetched; where it can be, `cargo deny check advisories` does it.
#
# cargo-deny is installed into target/tools where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2

export PATH=$PWD/target/tools/bin:$PATH
if ! cargo deny --version >/dev/null 2>&1; then
  echo "installing cargo-deny $version into target/tools (two to three minutes, once)"
  cargo install --quiet --locked --root target/tools --version "$version" cargo-deny
fi
cargo deny --locked check --hide-inclusion-graph bans licenses sources
