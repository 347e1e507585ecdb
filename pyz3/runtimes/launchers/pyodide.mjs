// Pyodide in node, as a python: pyodide.mjs SYS_EXECUTABLE ARG...
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
