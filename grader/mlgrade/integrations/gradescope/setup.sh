#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder's image.
# Beside it lie: python-version, requirements.txt (exact versions) and mlgrade itself as a wheel.
set -euo pipefail

root="${MLGRADE_AUTOGRADER:-/autograder}"
source="$root/source"
venv="$root/venv"
wanted="$(cat "$source/python-version")"

usable() {
  command -v "$1" >/dev/null && "$1" -I -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  for name in "python$wanted" python3.14 python3.13 python3.12 python3.11 python3; do
    if usable "$name"; then
      command -v "$name"
      return
    fi
  done
}

install_python() {
  command -v apt-get >/dev/null || return 1
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq "python$wanted" "python$wanted-venv" || apt-get install -y -qq python3.11 python3.11-venv
}

python="$(find_python)"
if [ -z "$python" ]; then
  install_python || true
  python="$(find_python)"
fi
if [ -z "$python" ]; then
  echo "mlgrade: no Python 3.11 or newer with venv here; choose a newer base image (best: with Python $wanted)" >&2
  exit 1
fi

# The venv lies outside of source/, which is closed to the user that student code runs as.
"$python" -I -m venv "$venv"
"$venv/bin/python" -I -m pip install --disable-pip-version-check --no-deps --only-binary=:all: \
  -r "$source/requirements.txt" "$source"/mlgrade-*.whl
"$venv/bin/python" -I -m pip check
chmod -R go-rwx "$source"
"$venv/bin/mlgrade" --version
