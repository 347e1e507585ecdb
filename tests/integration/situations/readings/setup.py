import glob
import os
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, find_packages, setup

outer = Path(os.environ["OUTER"])  # a folder of the user's, outside of the project
sys.path.append(str(outer / "scripts"))

import numbering  # noqa: E402 - there


def printed(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


# Somebody edits the project while it is built.
edited = Path(os.environ.get("EDITED", "none"))
if edited.is_file() and (edited.read_text() != "two" or "ALWAYS" in os.environ):
    edited.write_text(f"{os.getpid()}" if "ALWAYS" in os.environ else "two")

said = {
    "edited": Path("package/edited.txt").read_text() if Path("package/edited.txt").is_file() else "",
    "opened": (outer / "opened").read_text(),
    "imported": numbering.NUMBER,
    "existing": os.path.exists(outer / "flag"),
    "statable": (outer / "other-flag").is_file(),
    "listed": len(os.listdir(outer / "listed")),
    "globbed": len([*Path(outer).rglob("*.deep")]),
    "printed": printed("cat", str(outer / "printed")) if "CHILD" in os.environ else "",
    "variable": os.environ.get("ANY_NAME", ""),
    "own flag": os.path.exists("flag"),
    "own sources": len(glob.glob("src/*.c")),
    "own packages": len(find_packages()),
    "own child": printed("cat", "src/a.c").count("\n") if "CHILD" in os.environ else 0,
}
setup(
    name="readings",
    version="1",
    description="; ".join(f"{name}={value}" for name, value in said.items()),
    packages=find_packages(),
    package_data={"": ["*.txt"]},
    ext_modules=[Extension("readings", sorted(glob.glob("src/*.c")))],
)
