# shellcheck shell=bash disable=SC2034
# Pyodide: CPython for Emscripten, in node.  Sourced by runtimes.sh.

pyodide() { # NAME NPM_VERSION
  local root=$DEST/opt/$1 have
  need node nodejs; need npm npm
  have=$(node --version)
  [ "$(printf '%s\n' v20 "$have" | sort -V | head -n1)" = v20 ] ||
    { echo "pyodide needs node 20 or newer; $(command -v node) is $have" >&2; return 1; }
  rm -rf "$root"; mkdir -p "$root"
  npm install --silent --no-audit --no-fund --prefix "$root" "pyodide@$2" >"$DEST/log/$1" 2>&1
  cat >"$root/python.mjs" <<-'END'
	import fs from "node:fs";
	import { loadPyodide } from "pyodide";
	// The host's directories at the same paths, but those that Emscripten has of its own.
	const own = ["dev", "proc", "sys", "lib", "lib64"];
	const top = fs.readdirSync("/").filter(d => !own.includes(d) && fs.statSync("/" + d).isDirectory());
	function leave(e) {
	  if (e?.name !== "ExitStatus") console.error(e);
	  process.exit(e?.name === "ExitStatus" ? e.status : 70);
	}
	process.on("uncaughtException", leave);
	try {
	  const py = await loadPyodide({
	    args: process.argv.slice(3),
	    _sysExecutable: process.argv[2],
	    // HOME is where Pyodide starts; its own PYTHONINSPECT=1 would turn sys.exit into an error.
	    env: { ...process.env, HOME: process.cwd(), PYTHONINSPECT: "" },
	    fsInit: async FS => {
	      for (const d of top) {
	        FS.mkdirTree("/" + d);
	        FS.mount(FS.filesystems.NODEFS, { root: "/" + d }, "/" + d);
	      }
	    },
	  });
	  py.setStdin(); py.setStdout(); py.setStderr();
	  process.exit(py._module._run_main());
	} catch (e) { leave(e); }
	END
  launcher "$1" <<-END
	#!/bin/sh
	unset PYTHONHOME
	exec node "$root/python.mjs" "$DEST/bin/python-$1" "\$@"
	END
}
