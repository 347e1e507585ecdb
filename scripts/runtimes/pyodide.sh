# shellcheck shell=bash disable=SC2034
# Pyodide: CPython for Emscripten, in node.  Sourced by runtimes.sh.

pyodide() { # NAME NPM_VERSION
  local root=$DEST/opt/$1 have
  need node nodejs; need npm npm
  have=$(node --version)
  [ "$(printf '%s\n' v20 "$have" | sort -V | head -n1)" = v20 ] ||
    { echo "pyodide needs node 20 or newer; $(command -v node) is $have" >&2; return 1; }
  rm -rf "$root"; mkdir -p "$root"
  npm pack --silent --ignore-scripts --pack-destination "$DEST/cache" "pyodide@$2" >"$DEST/log/$1" 2>&1
  proved "$DEST/cache/pyodide-$2.tgz" "$1"
  mkdir -p "$root/node_modules/pyodide"
  tar -xf "$DEST/cache/pyodide-$2.tgz" -C "$root/node_modules/pyodide" --strip-components=1
  cp "$launchers/pyodide.mjs" "$root/python.mjs"
  launcher "$1" <<-END
	#!/bin/sh
	unset PYTHONHOME
	exec node "$root/python.mjs" "$DEST/bin/python-$1" "\$@"
	END
}
