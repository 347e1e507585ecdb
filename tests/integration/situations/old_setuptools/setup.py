from distutils.command.build_ext import build_ext
from distutils.core import Extension, setup


class Build(build_ext):
    def build_extension(self, ext):
        ext.define_macros.append(("ANSWER", "42"))
        build_ext.build_extension(self, ext)


setup(
    name="Past.Tense_Project",
    version="2.0-rc1",
    packages=["past"],
    ext_package="past",
    ext_modules=[Extension("tense", ["tense.c"], undef_macros=["NDEBUG"])],
    data_files=[("share/past", ["words.txt"])],
    scripts=["past-tense"],
    headers=["past.h"],
    cmdclass={"build_ext": Build},
)
