"""libyaml, which PyYAML's extension module is made of, for each platform.

usage: python libyaml.py fetch    downloads the sources to this folder: ruamel.yaml.clib's sdist holds them
       python libyaml.py          as `before-build`: compiles them with CC and AR into PYZ3_PREFIX
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = ("api", "dumper", "emitter", "loader", "parser", "reader", "scanner", "writer")


def fetch() -> None:
    """Download the sources."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--dest", HERE, "ruamel.yaml.clib==0.2.15"], check=True)
    (archive,) = HERE.glob("ruamel*.tar.gz")
    shutil.unpack_archive(archive, HERE, filter="data")
    (folder,) = HERE.glob("ruamel*/")
    folder.replace(HERE / "libyaml")


def build() -> None:
    """Compile them for one wheel."""
    prefix, folder = Path(os.environ["PYZ3_PREFIX"]), HERE / "libyaml"
    flags = ["-O2", "-DHAVE_CONFIG_H", "-DYAML_DECLARE_STATIC", f"-I{folder}"]
    for name in SOURCES:
        source = folder / f"{name}.c"
        subprocess.run([os.environ["CC"], *flags, "-c", source, "-o", f"{name}.o"], check=True)
    objects = [f"{name}.o" for name in SOURCES]
    subprocess.run([os.environ["AR"], "rcs", prefix / "lib" / "libyaml.a", *objects], check=True)
    shutil.copy(folder / "yaml.h", prefix / "include")


fetch() if sys.argv[1:] == ["fetch"] else build()
