# shellcheck shell=bash disable=SC2034
# C headers of CPython with the real pyconfig.h files, and of Emscripten.  Sourced by runtimes.sh.

# windows_header X.Y: Debian has the upstream source of this version (sid's mostly give 404).
windows_header() { [ "$(suite_of "$1")" != sid ]; }

# headers_complete X.Y: all that headers makes is there.
headers_complete() {
  local inc=$DEST/include
  [ -e "$inc/python$1/Python.h" ] && [ -e "$inc/pyconfig-$1/amd64/pyconfig.h" ] &&
    [ -e "$inc/pyconfig-$1/arm64/pyconfig.h" ] &&
    { ! windows_header "$1" || [ -e "$inc/pyconfig-$1/windows/pyconfig.h" ]; }
}

# headers X.Y: CPython's own Include at include/pythonX.Y; pyconfig.h as Debian's builds for amd64 and
# arm64 have it, and as the Windows build has it, at include/pyconfig-X.Y/SYSTEM.
headers() {
  local tmp=$DEST/cache/include inc=$DEST/include suite system
  suite=$(suite_of "$1")
  mkdir -p "$inc/pyconfig-$1"
  for system in amd64 arm64; do
    rm -rf "$tmp"
    fetch_debs "$DEST/cache/debs" "$system" "$suite" "libpython$1-dev"
    unpack "$tmp" "$DEST/cache/debs"
    mkdir -p "$inc/pyconfig-$1/$system"
    mv "$tmp"/usr/include/*-linux-gnu/"python$1/pyconfig.h" "$inc/pyconfig-$1/$system/"
    rm "$tmp/usr/include/python$1/pyconfig.h"     # Debian's, which only includes the above
    [ -e "$inc/python$1" ] || mv "$tmp/usr/include/python$1" "$inc/"
  done
  if windows_header "$1"; then
    fetch_source "$tmp" "$suite" "python$1"
    mkdir -p "$inc/pyconfig-$1/windows"
    # From 3.13 on a template, whose one variable is whether the build is free-threaded.
    if [ -e "$tmp/PC/pyconfig.h.in" ]; then
      sed 's/@Py_GIL_DISABLED@/0/' "$tmp/PC/pyconfig.h.in" >"$inc/pyconfig-$1/windows/pyconfig.h"
    else
      cp "$tmp/PC/pyconfig.h" "$inc/pyconfig-$1/windows/"
    fi
  fi
  rm -rf "$tmp"
}

# emscripten_headers VERSION: the C and C++ headers of Debian's Emscripten at include/emscripten-VERSION.
emscripten_headers() {
  local tmp=$DEST/cache/emscripten sysroot=usr/share/emscripten/cache/sysroot/include
  fetch_debs "$DEST/cache/debs" amd64 trixie emscripten
  ls "$DEST"/cache/debs/emscripten_"$1"+*.deb >/dev/null ||
    { echo "Debian's emscripten is no longer $1" >&2; return 1; }
  rm -rf "$tmp"; mkdir -p "$tmp" "$DEST/include"
  dpkg-deb --fsys-tarfile "$DEST"/cache/debs/*.deb | tar -x -C "$tmp" "./$sysroot"
  rm -rf "$DEST/include/emscripten-$1" "$DEST/cache/debs"
  mv "$tmp/$sysroot" "$DEST/include/emscripten-$1"
  rm -rf "$tmp"
}
