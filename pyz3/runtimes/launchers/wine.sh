#!/usr/bin/env bash
# A program of Windows in Wine, as one of this machine: wine.sh PROGRAM ARG...
# Beside it is env: wine-settings.sh, and where Wine is (WINEPREFIX, WINELOADER, WINESERVER).
. "${0%/*}/env"
# A server and its services that outlive us for a minute make the next start fast; were they
# started by python itself, they would also hold its stdout open.
( flock 9
  if ! "$WINESERVER" -k0; then
    "$WINESERVER" -p60 9>&-; "$WINELOADER" cmd /c exit 9>&-
  fi ) 9>"$WINEPREFIX/.lock" </dev/null >/dev/null 2>&1
# PYTHONPATH: a list in the Unix manner becomes one in the Windows manner.
case ${PYTHONPATH-} in
  *';'*|[A-Za-z]:*|'') ;;
  *) list=; IFS=: read -ra dirs <<<"$PYTHONPATH"
     for d in "${dirs[@]}"; do case $d in /*) d=Z:$d;; esac; list+=${list:+;}$d; done
     export PYTHONPATH=$list;;
esac
# Wine gives 'Invalid handle' for files and terminals: let python see nothing but pipes.
if [ -f /dev/stdin ]; then exec < <(cat); elif [ ! -p /dev/stdin ]; then exec </dev/null; fi
set -o pipefail
{ "$WINELOADER" "$@" 2>&1 >&3 3>&- | cat >&2 3>&-; } 3>&1 | cat
