#!/usr/bin/env bash
# Builds wheels with the pyz3 of this checkout; needs nothing but Python 3.10 or newer.
#
# usage: scripts/build-wheels.sh [--help] [OPTION...] [PROJECT]
#
#   scripts/build-wheels.sh --all-platforms examples/hello
#   scripts/build-wheels.sh --platform linux-aarch64 --python 3.12 path/to/project
#
# The first run makes a virtual environment in .venv; all arguments go to `pyz3 wheel`, whose
# options follow below with --help.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/_environment.sh"

case " $* " in
  *" --help "* | *" -h "*) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" ;;
esac
use_environment
exec "$PY" -m pyz3 wheel "$@"
