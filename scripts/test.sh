#!/usr/bin/env bash
# Checks this checkout: ruff, mypy, and the tests with coverage; needs nothing but Python 3.10 or newer.
#
# usage: scripts/test.sh [--help] [--no-runtimes] [PYTEST ARGUMENT...]
#
#   scripts/test.sh                        everything
#   scripts/test.sh tests/unit             the unit tests alone
#   scripts/test.sh --no-runtimes -k pe    without fetching interpreters of other platforms
#
# The first run makes a virtual environment in .venv and, on Debian x86_64, fetches interpreters of
# other platforms (scripts/runtimes.sh, about 7 minutes and 1.5 GB); tests whose interpreter is missing
# are skipped.  With CI=true a missing interpreter is a failure instead.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/_environment.sh"

runtimes=yes
case ${1-} in
  -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"; exit ;;
  --no-runtimes) runtimes=no; shift ;;
esac
use_environment dev
cd "$root"

say "ruff"
"$PY" -m ruff check .
"$PY" -m ruff format --check .
say "mypy"
"$PY" -m mypy

if [ "${CI-}" = true ]; then export PYZ3_REQUIRE_RUNTIMES=1; fi
# Only a run of everything needs them all, and is long enough for several processes.  What one file's tests
# share is made once: they stay together, and those that build most come before the unit tests.
several=()
if [ $# -gt 0 ]; then runtimes=no; else several=(-n auto --dist loadfile --no-loadscope-reorder); fi
if [ $runtimes = yes ]; then
  if [ "$(uname -sm)" = "Linux x86_64" ] && command -v apt-get >/dev/null; then
    say "interpreters of other platforms"
    scripts/runtimes.sh || [ -z "${PYZ3_REQUIRE_RUNTIMES-}" ] || die "some interpreters are not to be had"
  else
    echo "no interpreters of other platforms on this system: their tests will be skipped"
  fi
fi

say "pytest"
exec "$PY" -m pytest --cov --cov-report=term:skip-covered ${several[@]+"${several[@]}"} "$@"
