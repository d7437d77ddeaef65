#!/usr/bin/env bash
# Finds a Swift, or makes one.
#
# Where `swift` is on the PATH, that is used. Elsewhere, on Debian and its kin, a root of Debian 13 with
# its packaged Swift is made in a cache folder outside the checkout (some 600 MB to fetch, 3.5 GB on disk,
# two to four minutes) and commands run inside it, in a mount namespace of their own. It takes root.
#
#   scripts/swift-toolchain.sh make         makes it, if it is not there
#   scripts/swift-toolchain.sh can          whether there is one, or could be
#   scripts/swift-toolchain.sh where        what it is: a path, or what is missing
#   scripts/swift-toolchain.sh version      its version, if it is there
#   scripts/swift-toolchain.sh run COMMAND  runs a command where swift is, in the folder you are in
#   scripts/swift-toolchain.sh remove       removes what `make` has made
#
# GUERDON_CACHE names another cache folder than ~/.cache/guerdon.
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
cache=${GUERDON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/guerdon}
release=trixie
# The name says what is inside, so that another release or list makes another root.
swift_root=$cache/swift-$release-1
packages=(swiftlang libc6-dev libstdc++-14-dev gcc binutils git)

on_path() {
  command -v swift >/dev/null 2>&1
}

# It gets its name when it is whole.
made() {
  [ -d "$swift_root" ]
}

# What keeps this machine from making one; nothing if it can.
obstacle() {
  if [ "$(uname -s)" != Linux ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "no Swift on the PATH, and no apt to fetch one: install it from https://swift.org"
  elif [ "$(id -u)" -ne 0 ]; then
    echo "no Swift on the PATH, and only root can make a root of Debian: run this as root once, or install Swift from https://swift.org"
  elif ! command -v unshare >/dev/null 2>&1; then
    echo "no Swift on the PATH, and no unshare to run one apart: install util-linux, or Swift from https://swift.org"
  fi
}

# The machine's own Debian mirror.
mirror() {
  apt-get indextargets --format "\$(ORIGIN) \$(REPO_URI)" 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }'
}

# The debootstrap of the system, or one that is unpacked beside the root for the occasion.
debootstrap_in() {
  if command -v debootstrap >/dev/null 2>&1; then
    debootstrap "${@:2}"
    return
  fi
  mkdir -p "$1"
  (cd "$1" && { apt-get download debootstrap || { apt-get update && apt-get download debootstrap; }; } &&
    dpkg -x debootstrap_*.deb .) &&
    DEBOOTSTRAP_DIR=$1/usr/share/debootstrap "$1/usr/sbin/debootstrap" "${@:2}"
}

# Built under another name, tried, and renamed: an interrupted run leaves nothing that looks good.
make_root() {
  local from new log=$cache/swift.log
  from=$(mirror)
  if [ -z "$from" ]; then
    echo "apt knows no Debian mirror here: install Swift from https://swift.org" >&2
    return 1
  fi
  mkdir -p "$cache"
  exec 9>"$cache/swift.lock"
  flock -n 9 || {
    echo "waiting for another run that makes it"
    flock 9
  }
  if made; then return; fi
  rm -rf "$swift_root".new.*
  new=$(mktemp -d "$swift_root.new.XXXXXX")
  echo "making a Debian root with Swift in $swift_root; the log is $log"
  if ! fill "$new" "$from" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "no Swift: see $log" >&2
    return 1
  fi
  mv "$new" "$swift_root"
}

fill() {
  chmod 755 "$1" &&
    debootstrap_in "$1.tools" --variant=minbase "$release" "$1" "$2" &&
    chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}" &&
    chroot "$1" apt-get clean &&
    inside "$1" swift --version &&
    rm -rf "$1.tools"
}

make_it() {
  if on_path || made; then
    where
    return
  fi
  local why
  why=$(obstacle)
  if [ -n "$why" ]; then
    echo "$why" >&2
    return 1
  fi
  make_root
}

where() {
  if on_path; then
    command -v swift
  elif made; then
    echo "$swift_root/usr/bin/swift"
  else
    local why
    why=$(obstacle)
    echo "${why:-not there yet: scripts/swift-toolchain.sh make}"
  fi
}

version() {
  if on_path; then swift --version; elif made; then inside "$swift_root" swift --version; fi 2>/dev/null |
    sed -n 's/.*Swift version \([0-9.]*\).*/\1/p'
}

# inside ROOT COMMAND: the checkout and this folder have the paths there that they have here, and the mounts end with
# the command.
inside() {
  local root=$1
  shift
  mkdir -p "$root$checkout" "$root$PWD"
  # shellcheck disable=SC2016 # the inner shells expand these
  unshare --mount --propagation private bash -c '
    set -euo pipefail
    root=$1 checkout=$2 here=$3
    shift 3
    mount --rbind "$checkout" "$root$checkout"
    case $here/ in
      "$checkout"/*) ;;
      *) mount --rbind "$here" "$root$here" ;;
    esac
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin CI="${CI:-}" \
      bash -c "cd \"\$1\" && shift && exec \"\$@\"" in-root "$here" "$@"
  ' in-namespace "$root" "$checkout" "$PWD" "$@"
}

run() {
  if on_path; then
    "$@"
  else
    make_it >&2
    inside "$swift_root" "$@"
  fi
}

case ${1:-} in
  make) make_it ;;
  can) on_path || made || [ -z "$(obstacle)" ] ;;
  where) where ;;
  version) version ;;
  run) shift && run "$@" ;;
  remove) rm -rf "$cache"/swift-* "$cache/swift.lock" ;;
  *)
    sed -n 's/^#   \(scripts.*\)/\1/p' "$0" >&2
    exit 2
    ;;
esac
