# Sourced by the scripts beside it: a virtual environment of the project's own, made once.
#
#   use_environment [dev]     sets PY to its python; with "dev" it also holds the test tools
#
# PYTHON chooses the interpreter that the environment is made from; PYZ3_VENV its place.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }
die() { printf '%serror: %s%s\n' "$red" "$*" "$plain" >&2; exit 2; }

# The first Python that is new enough; "python" is what Windows calls it.
find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
      echo "$candidate"; return
    fi
    [ "$candidate" != "${PYTHON-}" ] || die "PYTHON is '$PYTHON', which is no Python 3.10 or newer"
  done
  die "no Python 3.10 or newer found; install one, or name it: PYTHON=/path/to/python3 $0"
}

use_environment() {
  local venv=${PYZ3_VENV:-$root/.venv} extra=${1-} wanted stamp base
  # What is installed depends on these alone; a second run finds the stamp and does nothing.
  wanted=$(cksum "$root/pyproject.toml" "${BASH_SOURCE[0]}" | tr -d '\n')
  stamp=$venv/.pyz3-${extra:-run}
  PY=$venv/bin/python
  [ ! -d "$venv/Scripts" ] || PY=$venv/Scripts/python
  if [ -x "$PY" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  base=$(find_python) || exit 2
  say "Setting up ${venv#"$PWD"/} (once)"
  # --clear: a half-made or moved environment is made anew.
  "$base" -m venv --clear "$venv" ||
    die "$base cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"
  [ ! -d "$venv/Scripts" ] || PY=$venv/Scripts/python
  # --group (PEP 735) needs pip 25.1.
  "$PY" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
  "$PY" -m pip install --quiet --editable "$root" ${extra:+--group "$root/pyproject.toml:$extra"}
  printf '%s' "$wanted" >"$stamp"
  # The tools' environment can do everything that the plain one can.
  [ -z "$extra" ] || printf '%s' "$wanted" >"$venv/.pyz3-run"
}
