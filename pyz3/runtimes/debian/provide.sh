#!/usr/bin/env bash
# provide.sh DEST NAME: put an interpreter of Debian's packages below DEST, or NAME wine; nothing is installed.
# scripts/runtimes.sh does the same with the same parts.  Whoever calls it holds the lock of DEST.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
DEST=$1 launchers=$here/../launchers
for part in packages wine linux; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done
mkdir -p "$DEST"/{bin,cache,log,opt}
trap 'rm -rf "$DEST/cache"' EXIT     # package indexes, mostly; fetched anew when needed
if [ "$2" = wine ]; then wine_setup; else of_debian "$2"; fi
