"""The inside of a hook: small setuptools projects, with a new and with an old setuptools."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import pytest
from hooking import LINUX, MACOS, SETUP, WIN32, WINDOWS, Hooks, Outcome, hooks_of

# Python's version, build requirements.
NEW = ("3.13", ("setuptools>=82",))
OLD = ("3.9", ("setuptools==59.8.0", "wheel<0.46"))  # distutils is the standard library's

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the commands of these tests are scripts for sh"
)

EMPTY = "#include <Python.h>\nint PyInit_x;\n"


@pytest.fixture(params=[NEW, OLD], ids=["new", "old"])
def hooks(request: pytest.FixtureRequest, pyz3_cache: Path, tmp_path: Path) -> Hooks:
    version, requires = request.param
    return hooks_of(version, requires, cache=pyz3_cache, root=tmp_path)


@pytest.fixture
def new_hooks(pyz3_cache: Path, tmp_path: Path) -> Hooks:
    return hooks_of(*NEW, cache=pyz3_cache, root=tmp_path)


def test_each_target_has_its_wheel(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "setup(name='demo', version='1.2', packages=['demo'],"
        " ext_modules=[Extension('demo.x', ['x.c'], define_macros=[('A', '1')],"
        " extra_link_args=['-Wl,-x'])])\n",
        "demo/__init__.py": "",
        "x.c": EMPTY,
    }
    linux, macos, windows, win32 = hooks.run(project, LINUX, MACOS, WINDOWS, WIN32)
    digits = "".join(map(str, hooks.version))
    assert [one.wheel for one in (linux, macos, windows, win32)] == [
        f"demo-1.2-cp{digits}-cp{digits}-linux_aarch64.whl",
        f"demo-1.2-cp{digits}-cp{digits}-macosx_11_0_arm64.whl",
        f"demo-1.2-cp{digits}-cp{digits}-win_amd64.whl",
        f"demo-1.2-cp{digits}-cp{digits}-win32.whl",
    ]
    file = f"demo/x.cp{digits}-win_amd64.pyd"
    assert windows.files == {
        "demo/__init__.py": b"",
        file: f"pyz3 placeholder of {file}\n".encode(),
    }
    assert windows.states == {"demo.x": "recorded"}
    (link,) = windows.result.links
    assert (link.file, link.module, link.flags, link.language) == (file, "demo.x", ("-Wl,-x",), "c")
    assert link.export_symbols == ("PyInit_x",)
    (compiled,) = link.objects
    assert (compiled.source, compiled.language) == (str(windows.source / "x.c"), "c")
    assert compiled.flags[0] == "-DA=1"
    assert f"-I{hooks.root / 'include'}" in compiled.flags
    assert set(linux.files) == {"demo/__init__.py", f"demo/x.cpython-{digits}-aarch64-linux-gnu.so"}


ASKS = """
import ctypes.util, glob, locale, multiprocessing, os, pathlib, shutil, subprocess, sys, sysconfig
os.path.exists('/etc/hosts')
pathlib.Path('/etc/passwd').is_file()
os.access('/etc/group', os.R_OK)
glob.glob('/usr/lib/*/libm.*')
subprocess.call('true; ldd --version | cat', shell=True)
subprocess.call(['true', '/etc/services'])
subprocess.check_call([sys.executable, '-c', 'import os; os.path.exists("/etc/protocols")'])
subprocess.check_call([sys.executable, '-Ic', ''])
pathlib.Path('ask.py').write_text('import sys; print(sys.platform)')
child = subprocess.run([sys.executable, 'ask.py'], check=True, env={}, stdout=subprocess.PIPE)
open('child', 'wb').write(child.stdout.strip())
# Not there, everywhere, the user's choice, Python's, a program.
os.path.exists('/usr/include/not-there.h')
os.path.isdir('/usr/lib')
os.path.exists(os.environ['SHOWN'])
os.listdir(os.path.dirname(os.__file__))
print(shutil.which('cat'), os.cpu_count(), multiprocessing.cpu_count(), sysconfig.get_makefile_filename())
text = open(sysconfig.get_makefile_filename()).read().replace('\\t', '')
assert text.count('EXT_SUFFIX=.c') == 1 and '/usr' not in text
open('libc', 'w').write(os.confstr('CS_GNU_LIBC_VERSION') if hasattr(os, 'confstr') else 'none')
from setuptools import setup
setup(name='demo', version='1')
"""


def test_what_is_asked_of_this_machine_is_told(hooks: Hooks) -> None:
    linux, windows = hooks.run({"setup.py": ASKS}, LINUX, WINDOWS, environment={"SHOWN": "/etc/shells"})
    for one in (linux, windows):
        assert one.result.error == "", one.result.traceback
        assert one.result.asks_machine == (
            *("/etc/hosts", "/etc/passwd", "/etc/group", "/usr/lib/", "ldd", "/etc/services"),
            *("/etc/protocols", "python -Ic"),
        )
    assert [(one.source / "child").read_text() for one in (linux, windows)] == ["linux", "win32"]
    assert [(one.source / "libc").read_text() for one in (linux, windows)] == ["glibc 2.17", "none"]


SEES = """
import os, platform, struct, subprocess, sys, sysconfig
import helper
child = subprocess.run([sys.executable, '-c', 'import sys; print(sys.platform)'], stdout=subprocess.PIPE)
text = ' '.join(map(str, [
    sys.platform, os.name, platform.system(), platform.machine(), sys.maxsize > 2**32, struct.calcsize('P'),
    hasattr(os, 'uname'), hasattr(sys, 'getwindowsversion'), sysconfig.get_platform(),
    helper.seen(), os.path.join('a', 'b'), child.stdout.decode().strip(),
    sysconfig.get_config_var('LDFLAGS') or 'none', sysconfig.get_config_var('EXT_SUFFIX'),
    platform.uname().system, platform.python_compiler().split()[0],
    os.uname().machine if hasattr(os, 'uname') else 'no', platform.architecture()[0],
]))
"""
SHOWS = (
    "setup(name='demo', version='1', ext_modules=[Extension('x', ['x.c'], define_macros=[('SEEN', text)])])\n"
)


def seen(outcome: Outcome) -> str:
    return outcome.flags("x")[0].removeprefix("-DSEEN=")


def test_the_project_sees_the_target_and_others_the_host(hooks: Hooks) -> None:
    project = {
        "setup.py": "import sys\nsys.path.insert(0, '.')\n" + SETUP + SEES + SHOWS,
        "helper.py": "from sys import platform\ndef seen():\n    import os\n    return platform + os.name\n",
        "x.c": EMPTY,
    }
    linux, windows, win32 = hooks.run(project, LINUX, WINDOWS, WIN32)
    digits = "".join(map(str, hooks.version))
    assert seen(linux) == (
        "linux posix Linux aarch64 True 8 True False linux-aarch64 linuxposix a/b "
        f"linux none .cpython-{digits}-aarch64-linux-gnu.so Linux Clang aarch64 64bit"
    )
    assert seen(windows) == (
        "win32 nt Windows AMD64 True 8 False True win-amd64 win32nt a/b "
        f"win32 none .cp{digits}-win_amd64.pyd Windows MSC no 64bit"
    )
    assert seen(win32) == (
        "win32 nt Windows x86 False 4 False True win32 win32nt a/b "
        f"win32 none .cp{digits}-win32.pyd Windows MSC no 32bit"
    )


NUMBERS = """
import mmap, sys
text = ' '.join(map(str, [
    sys.hash_info.width, sys.hash_info.modulus, sys.hash_info.seed_bits,
    sys.int_info.bits_per_digit, sys.int_info.sizeof_digit, mmap.PAGESIZE, mmap.ALLOCATIONGRANULARITY,
]))
"""


def test_numbers_and_pages_are_those_of_the_target(hooks: Hooks) -> None:
    project = {"setup.py": SETUP + NUMBERS + SHOWS, "x.c": EMPTY}
    linux, windows, win32 = hooks.run(project, LINUX, WINDOWS, WIN32)
    wide = f"64 {2**61 - 1} 128 30 4"
    small = "15 2" if hooks.version < (3, 11) else "30 4"
    assert seen(windows) == f"{wide} 4096 65536"
    assert seen(win32) == f"32 {2**31 - 1} 128 {small} 4096 65536"
    # Kernels for ARM have pages of several sizes: this machine's is shown, and told.
    assert seen(linux) == f"{wide} {mmap.PAGESIZE} {mmap.ALLOCATIONGRANULARITY}"
    told = ("mmap.PAGESIZE", "mmap.ALLOCATIONGRANULARITY")
    assert [one.result.asks_machine for one in (linux, windows, win32)] == [told, (), ()]


def test_another_python_than_the_one_that_runs(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "import sys, platform\n"
        "text = '%d.%d %s %x' % (*sys.version_info[:2], platform.python_version(), sys.hexversion)\n"
        "assert sys.version.startswith(platform.python_version())\n" + SHOWS,
        "x.c": EMPTY,
    }
    linux, windows = hooks.run(project, LINUX, WINDOWS, version=(3, 12))
    assert seen(linux) == "3.12 3.12.2 30c02f0"
    assert linux.wheel == "demo-1-cp312-cp312-linux_aarch64.whl"
    assert list(windows.files) == ["x.cp312-win_amd64.pyd"]
    (threads,) = hooks.run(project, LINUX, version=(3, 14), free_threaded=True)
    assert threads.wheel == "demo-1-cp314-cp314t-linux_aarch64.whl"
    assert list(threads.files) == ["x.cpython-314t-aarch64-linux-gnu.so"]


def test_the_stable_abi(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "setup(name='demo', version='1', ext_modules=[Extension('x', ['x.c'],"
        " py_limited_api=True)], options={'bdist_wheel': {'py_limited_api': 'cp38'}})\n",
        "x.c": EMPTY,
    }
    linux, windows = hooks.run(project, LINUX, WINDOWS)
    assert (linux.wheel, [*linux.files]) == ("demo-1-cp38-abi3-linux_aarch64.whl", ["x.abi3.so"])
    assert (windows.wheel, [*windows.files]) == ("demo-1-cp38-abi3-win_amd64.whl", ["x.pyd"])


PROBES = """
from setuptools.command.build_ext import build_ext
class Probing(build_ext):
    def build_extension(self, ext):
        assert self.compiler.compiler_type == 'unix'
        objects = self.compiler.compile(['probe.c'], output_dir=self.build_temp)
        with open(objects[0], 'rb') as stream:
            ext.define_macros.append(('REAL', stream.read(4).hex()))
        try:
            self.compiler.compile(['broken.c'], output_dir=self.build_temp)
        except Exception as error:
            ext.define_macros.append(('BROKEN', type(error).__name__))
        super().build_extension(ext)
setup(name='demo', version='1', ext_modules=[Extension('x', ['x.c'])], cmdclass={'build_ext': Probing})
"""


def test_probes_really_run_for_the_target(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + PROBES,
        "x.c": EMPTY,
        "probe.c": "int f(void) { return 1; }\n",
        "broken.c": "#error\n",
    }
    linux, windows = hooks.run(project, LINUX, WINDOWS)
    assert linux.flags("x") == ["-DREAL=7f454c46", "-DBROKEN=CompileError"]  # ELF
    assert windows.flags("x")[0].startswith("-DREAL=6486")  # COFF of AMD64
    assert windows.states == {"x": "recorded"}


def test_a_library_of_the_project_is_an_archive(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "setup(name='demo', version='1', libraries=[('z', {'sources': ['z.c', 'y.cpp'],"
        " 'macros': [('Z', None)], 'include_dirs': ['inc']})],"
        " ext_modules=[Extension('x', ['x.c'], libraries=['z', 'm'])])\n",
        "x.c": EMPTY, "z.c": "", "y.cpp": "", "inc/z.h": "",
    }  # fmt: skip
    (linux,) = hooks.run(project, LINUX)
    assert linux.result.error == ""
    (archive,) = linux.result.archives
    assert archive.name == "z"
    objects = sorted(archive.objects, key=lambda one: one.source)
    assert [(one.source, one.language) for one in objects] == [
        (str(linux.source / "y.cpp"), "c++"),
        (str(linux.source / "z.c"), "c"),
    ]
    assert objects[0].flags == ("-DZ", f"-I{linux.source / 'inc'}")
    (link,) = linux.result.links
    assert (link.archives, link.libraries) == (("z",), ("m",))


FOREIGN = """
import threading
from setuptools.command.build_ext import build_ext
class Own(build_ext):
    def build_extensions(self):
        before = self.compiler._compile
        def _compile(obj, src, ext, cc_args, extra_postargs, pp_opts):
            if src.endswith('.c'):
                extra_postargs = [flag for flag in extra_postargs if flag != '-std=c++17']
            before(obj, src, ext, cc_args, extra_postargs, pp_opts)
        self.compiler._compile = _compile
        self.parallel = 2
        super().build_extensions()
flags = ['-std=c++17', '-O3', '-I/usr/include/ffi', '-isystem', '/usr/lib/ffi/include', '-Iinc']
setup(name='demo', version='1', cmdclass={'build_ext': Own}, ext_modules=[
    Extension('x', ['x.c', 'w.cpp'], extra_compile_args=flags, library_dirs=['/usr/lib', 'libs']),
    Extension('y', ['y.c'], extra_compile_args=flags),
])
"""


def test_own_compile_functions_and_folders_of_the_host(hooks: Hooks) -> None:
    project = {"setup.py": SETUP + FOREIGN, "x.c": EMPTY, "y.c": EMPTY, "w.cpp": ""}
    (linux,) = hooks.run(project, LINUX)
    assert linux.states == {"x": "recorded", "y": "recorded"}
    one = next(link for link in linux.result.links if link.module == "x")
    flags = {Path(unit.source).name: unit.flags[-3:] for unit in one.objects}
    inc = f"-I{linux.source / 'inc'}"
    assert flags["w.cpp"] == ("-std=c++17", "-O3", inc)
    assert flags["x.c"][1:] == ("-O3", inc)
    assert flags["x.c"][0] != "-std=c++17"
    assert not [flag for unit in one.objects for flag in unit.flags if "/usr" in flag]
    assert (one.library_dirs, one.language) == ((str(linux.source / "libs"),), "c++")


LINKS = """
from setuptools.command.build_ext import build_ext
class Own(build_ext):
    def build_extension(self, ext):
        super().build_extension(ext)
        self.compiler.link_shared_object(self._built_objects, self.get_ext_fullpath('twin'))
setup(name='demo', version='1', cmdclass={'build_ext': Own}, ext_modules=[Extension('x', ['x.c'])])
"""


def test_what_a_project_links_itself_is_real(hooks: Hooks) -> None:
    linux, windows = hooks.run({"setup.py": SETUP + LINKS, "x.c": "int x;\n"}, LINUX, WINDOWS)
    begin = {name.partition(".")[0]: content[:4] for name, content in linux.files.items()}
    assert begin == {"x": b"pyz3", "twin": b"\x7fELF"}
    assert linux.states == {"x": "recorded"}
    begin = {name: content[:2] for name, content in windows.files.items()}
    digits = "".join(map(str, hooks.version))
    assert begin == {f"x.cp{digits}-win_amd64.pyd": b"py", f"twin.cp{digits}-win_amd64.pyd": b"MZ"}


FAILS = """
from setuptools.command.build_ext import build_ext
class Lenient(build_ext):
    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception:
            pass
modules = [Extension('bad', ['bad.c'], optional=True), Extension('worse', ['bad.c'])]
modules.insert(0, Extension('good', ['good.c']))
setup(name='demo', version='1', ext_modules=modules, cmdclass={'build_ext': Lenient})
"""


def test_compilers_really_run_when_asked(hooks: Hooks) -> None:
    project = {"setup.py": SETUP + FAILS, "good.c": "int PyInit_good;\n", "bad.c": '#include "missing.h"\n'}
    (macos,) = hooks.run(project, MACOS, mode="run")
    assert macos.states == {"good": "run", "bad": "failed", "worse": "failed"}
    assert {one.name: one.optional for one in macos.result.extensions} == {
        "good": False, "bad": True, "worse": False
    }  # fmt: skip
    why = [one.why for one in macos.result.extensions]
    assert why[0] == ""
    assert why[1] == why[2] == "bad.c:1:10: fatal error: 'missing.h' file not found"
    ((name, content),) = macos.files.items()
    assert name.startswith("good.cpython-")
    assert content[:4] == b"\xcf\xfa\xed\xfe"  # Mach-O, 64 bit
    assert macos.result.links == ()


def test_windows_links_leave_no_litter(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "setup(name='demo', version='1', packages=['demo'],"
        " package_data={'demo': ['*']}, ext_modules=[Extension('demo.x', ['x.c'])])\n",
        "demo/__init__.py": "",
        "x.c": "__declspec(dllexport) int PyInit_x(void) { return 0; }\n",
    }
    (windows,) = hooks.run(project, WINDOWS, mode="run")
    assert windows.result.error == "", windows.log
    digits = "".join(map(str, hooks.version))
    assert set(windows.files) == {"demo/__init__.py", f"demo/x.cp{digits}-win_amd64.pyd"}
    assert windows.states == {"demo.x": "run"}


def test_what_goes_wrong_is_told(hooks: Hooks) -> None:
    (quits,) = hooks.run({"setup.py": "raise SystemExit('no luck')\n"}, LINUX)
    assert (quits.result.wheel, quits.result.error) == ("", "no luck")
    (leaves,) = hooks.run({"setup.py": "raise SystemExit(10)\n"}, LINUX)
    assert leaves.result.error == "it ended with exit code 10"
    (dies,) = hooks.run({"setup.py": "import os\nos._exit(3)\n"}, LINUX)
    assert dies.result.error == "the build backend's process wrote no result"
    (killed,) = hooks.run({"setup.py": "import os\nos.kill(os.getpid(), 9)\n"}, LINUX)
    assert killed.result.error == "the build backend's process was ended by signal 9"
    fails = "print('before')\nraise ValueError('two\\nlines')\n"
    (raises, again) = hooks.run({"setup.py": fails}, LINUX, WINDOWS)
    assert raises.result.error == again.result.error == "ValueError: two"
    assert raises.log.startswith("before\n")
    assert "ValueError: two\nlines" in raises.result.traceback
    cffi = "from setuptools import setup\nsetup(name='x', version='1', cffi_modules=['build.py:ffi'])\n"
    (lacks,) = hooks.run({"setup.py": cffi}, LINUX)
    assert lacks.result.error == (
        "RuntimeError: setup(cffi_modules=…) declares extension modules, and cffi is not installed, "
        "which would build them: add it to [build-system] requires"
    )


def test_nothing_of_the_run_before_is_packaged(hooks: Hooks) -> None:
    setup = SETUP + "setup(name='demo', version='1', packages=['demo'])\n"
    (first,) = hooks.run({"setup.py": setup, "demo/__init__.py": "", "demo/old.py": ""}, LINUX)
    assert set(first.files) == {"demo/__init__.py", "demo/old.py"}
    (first.source / "demo/old.py").unlink()
    (second,) = hooks.run({"setup.py": setup}, LINUX)
    assert set(second.files) == {"demo/__init__.py"}
    assert not (second.source / "build").exists()
    assert second.wheel == "demo-1-py3-none-any.whl"


BACKEND = """
import pathlib, shutil, sys, tempfile, os
from setuptools.build_meta import *
from setuptools.build_meta import build_wheel as own
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with tempfile.TemporaryDirectory(prefix='copy-') as place:
        shutil.copytree('.', place + '/src')
        os.chdir(place + '/src')
        return own(folder, config_settings)
"""


def test_a_backend_in_the_project_that_builds_in_a_copy(hooks: Hooks) -> None:
    project = {
        "setup.py": SETUP + "import sys\ntext = sys.platform\n" + SHOWS,
        "x.c": EMPTY,
        "own/backend.py": BACKEND,
    }
    run = [hooks.run(project, WINDOWS, backend="backend", backend_path=["own"])[0] for _ in range(2)]
    assert [seen(one) for one in run] == ["win32", "win32"]
    sources = {one.result.links[0].objects[0].source for one in run}
    assert sources == {str(run[0].work / "tmp/copy-pyz30000/src/x.c")}
