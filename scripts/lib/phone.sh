# shellcheck shell=bash
# The native library of Swift and Kotlin, and the sources that go with it. Sourced, never run.
#
# Both languages share one library and one target directory. What is generated only replaces what differs, so
# that an unchanged source is not compiled again.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
phone_target=$checkout/target/swift

# phone_library PROFILE: builds it, and what generates the sources. Both in one command, which gives them the same
# features, so that the core is compiled once; the optimised one goes without the generator's.
phone_library() {
  local generator=(cargo build -q --locked -p guerdon-swift --lib --example generate)
  CARGO_TARGET_DIR=$phone_target "${generator[@]}" || return 1
  if [ "$1" != dev ]; then
    CARGO_TARGET_DIR=$phone_target cargo build -q --locked -p guerdon-swift --lib --profile "$1"
  fi
}

# phone_built PROFILE: where cargo puts it.
phone_built() {
  case $1 in
    dev) echo "$phone_target/debug" ;;
    *) echo "$phone_target/$1" ;;
  esac
}

# phone_sources LANGUAGE LIBRARY SOURCES TESTS
phone_sources() {
  local fresh=$phone_target/generated/$1
  rm -rf "$fresh" &&
    "$phone_target/debug/examples/generate" "$1" "$2" "$fresh/sources" "$fresh/tests" "$checkout/README.md" &&
    renew "$fresh/sources" "$3" &&
    renew "$fresh/tests" "$4"
}

# renew FROM TO: copies the files that differ.
renew() {
  local file
  (cd "$1" && find . -type f) | while read -r file; do
    mkdir -p "$2/$(dirname "$file")"
    cmp -s "$1/$file" "$2/$file" || cp "$1/$file" "$2/$file"
  done
}
