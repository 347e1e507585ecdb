"""Two modules are linked with a library, by its path; one of them looks for it where it was built."""

import os
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class BuildExt(build_ext):
    def run(self):
        from setuptools._distutils.ccompiler import new_compiler
        from setuptools._distutils.sysconfig import customize_compiler

        compiler = new_compiler()
        customize_compiler(compiler)
        objects = compiler.compile(["count.c"], output_dir=self.build_temp)
        library = os.path.abspath(os.path.join(self.build_lib, "reach", "parts", "count.so"))
        os.makedirs(os.path.dirname(library), exist_ok=True)
        compiler.link_shared_object(objects, library)
        near, far = self.extensions
        near.extra_objects = far.extra_objects = [library]
        near.runtime_library_dirs = ["@loader_path/parts" if sys.platform == "darwin" else "$ORIGIN/parts"]
        far.runtime_library_dirs = ["/opt/parts"]
        super().run()


setup(
    name="reach",
    version="1",
    packages=["reach"],
    cmdclass={"build_ext": BuildExt},
    ext_modules=[Extension(f"reach.{name}", [f"{name}.c"]) for name in ("near", "far")],
)
