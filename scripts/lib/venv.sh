# shellcheck shell=bash
# Virtual environments with pinned packages, made once. Sourced, never run.

# shellcheck source=scripts/lib/toolchain.sh
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

# make_venv DIRECTORY REQUIREMENTS: a fresh environment with exactly these packages, unless it is there.
make_venv() {
  local venv=$1 requirements=$2
  # The list that is installed is kept beside what it installed, so that an unchanged one costs nothing.
  local installed=$venv/requirements.installed
  if cmp -s "$requirements" "$installed"; then
    echo "$requirements is installed in $venv"
    return
  fi
  local python
  python=$(find_python)
  if [ -z "$python" ]; then
    echo "no Python >= $python_wanted with venv and pip: see scripts/toolchains.sh"
    return 1
  fi
  "$python" -m venv --clear "$venv" &&
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" &&
    cp "$requirements" "$installed"
}
