"""``pyz3 init``: what is written, what is refused, and what an existing pyproject.toml becomes."""

from __future__ import annotations

import ast
import errno
import importlib
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from pyz3._toml import load_toml
from pyz3.cli import cli
from pyz3.config import read_tool_table
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.frontends import OWN_REQUIREMENT, load_project
from pyz3.linking import shared_file
from pyz3.scaffold import Draft, Wishes, adopt, new_project, refuse_overwriting
from pyz3.scaffold.new import LANGUAGES, Language, render

if TYPE_CHECKING:
    from click.testing import Result

COMMON = {
    *("pyproject.toml", "README.md", ".gitignore", "tests/test_fast_hash.py", "src/fast_hash/__init__.py"),
    *("src/fast_hash/py.typed", "src/fast_hash/_core.pyi"),
}
SOURCES = {"c": ["_core.c"], "c++": ["_core.cpp"], "zig": ["_core.zig"], "mixed": ["_core.c", "fnv.zig"]}


IGNORED = ("__pycache__/", "*.so", "*.pyd", "/build/", "/dist/", "/.venv/")


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def init(*args: str | Path, answer: str = "") -> Result:
    return CliRunner().invoke(cli, ["init", *map(str, args)], input=answer)


@pytest.mark.parametrize("fallback", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_project(language: Language, fallback: bool, tmp_path: Path) -> None:
    draft = new_project(Wishes(name="fast-hash", language=language, fallback=fallback))
    sources = [f"src/fast_hash/{name}" for name in SOURCES[language]]
    pure = {"src/fast_hash/_pure.py"} if fallback else set()
    assert set(draft.files) == COMMON | set(sources) | pure
    for name, text in draft.files.items():
        assert not re.search(r"@(if|end|name|module|MODULE)", text), name
        assert "\n\n\n\n" not in text
        assert text == "" or text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        if name.endswith((".py", ".pyi")):
            ast.parse(text)
    project = load_project(write(tmp_path, draft.files))
    (extension,) = project.extensions
    assert (extension.name, list(extension.all_sources)) == ("fast_hash._core", sources)
    assert (extension.optional, extension.build_info, project.tool.fallback) == (fallback,) * 3
    assert extension.disable_env == ("FAST_HASH_DISABLE_EXT" if fallback else "")
    assert ("build_info" in "".join(draft.files.values())) == fallback


@pytest.mark.parametrize(
    ("abi3", "requires"), [("", ">=3.10"), ("3.9", ">=3.10"), ("3.12", ">=3.12"), ("3.15t", ">=3.15")]
)
def test_stable_abi(abi3: str, requires: str) -> None:
    data = load_toml(new_project(Wishes(name="x", abi3=abi3)).files["pyproject.toml"])
    assert data["project"]["requires-python"] == requires
    assert read_tool_table(data).abi3 == (abi3 or None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'' is no name for a project"),
        ("a b", "'a b' is no name for a project"),
        ("-x", "'-x' is no name for a project"),
        ("2048", "'2048' could not be imported: a name of Python begins with a letter"),
        ("class", "'class' is a keyword of Python and could not be imported"),
        ("JSON", "'JSON' is a module of the standard library"),
        ("test", "'test' is a module of the standard library"),
        ("distutils", "'distutils' is a module of the standard library"),
    ],
)
def test_names_that_cannot_be(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        new_project(Wishes(name=name))
    assert caught.value.message.startswith(message)
    near = {"": "my-project", "a b": "my-a-b", "-x": "my-x"}.get(name, f"my-{name.lower()}")
    assert caught.value.tip == f"give it another: pyz3 init --name {near}"
    Wishes(name=near).check()


def test_a_name_that_is_taken_here(tmp_path: Path) -> None:
    done = init(tmp_path / "click")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message == "'click' is how click is imported, which is installed here"
    assert done.exception.tip == "give it another: pyz3 init --name my-click"
    assert not (tmp_path / "click").exists()


@pytest.mark.parametrize("name", ["cpp", "CXX", "cc", "C++"])
def test_a_language_has_several_names(name: str, tmp_path: Path) -> None:
    assert init(tmp_path / "fast", "--language", name).exit_code == 0
    assert (tmp_path / "fast" / "src" / "fast" / "_core.cpp").exists()
    done = init(tmp_path / "other", "--language", "rust")
    assert (done.exit_code, "'rust' is not one of 'c', 'c++', 'zig', 'mixed'" in done.stderr) == (2, True)


@pytest.mark.parametrize("abi3", ["3.1", "3.13t", "4", "abi3", "3.99"])
def test_stable_abis_that_cannot_be(abi3: str) -> None:
    with pytest.raises(ConfigError, match=rf"^--abi3: '{abi3}' is no Python that has a stable ABI$"):
        new_project(Wishes(name="x", abi3=abi3))


def test_writes_into_a_new_folder(tmp_path: Path) -> None:
    root = tmp_path / "Fast.Hash"
    done = init(root, "--language", "zig")
    assert (done.exit_code, done.exception) == (0, None)
    assert {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()} == COMMON | {
        "src/fast_hash/_core.zig"
    }
    assert done.stdout.splitlines()[-1] == f"Fast.Hash is ready.  Build:  pyz3 wheel {root}"
    again = init(root)
    assert isinstance(again.exception, ConfigError)
    assert again.exception.message == f"{root / 'pyproject.toml'}: [tool.pyz3] is there already"


def test_files_in_the_way_are_listed_and_left(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "mine", "tests": "a file", "src/x": "mine"})
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    done = init(tmp_path, "--name", "x")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.exit_code == 2
    assert done.exception.message == (f"{tmp_path}: in the way, and left as they are: src/x, tests")
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("readme", ["README.md", "README.rst"])
def test_a_repository_that_has_just_been_made(readme: str, tmp_path: Path) -> None:
    texts = {readme: "mine", ".gitignore": "mine", "LICENSE": "mine", ".git/config": "", "tests/data": ""}
    done = init(write(tmp_path, texts), "--name", "fast-hash")
    assert (done.exit_code, done.exception) == (0, None)
    assert {name: (tmp_path / name).read_text() for name in texts} == texts
    assert load_toml((tmp_path / "pyproject.toml").read_text())["project"]["readme"] == readme
    assert done.stdout.splitlines()[:2] == [
        f"note: {readme} stays as it is",
        f"note: .gitignore stays as it is; what this project is built into: {', '.join(IGNORED)}",
    ]
    new = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} - {*texts}
    assert new == (COMMON - {"README.md", ".gitignore"}) | {"src/fast_hash/_core.c"}


def test_a_link_that_leads_nowhere_is_in_the_way(tmp_path: Path) -> None:
    try:
        (tmp_path / "README.md").symlink_to(tmp_path / "nowhere")
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    with pytest.raises(ConfigError, match=r"in the way, and left as they are: README\.md$"):
        refuse_overwriting(tmp_path, Draft(files={"README.md": ""}))


EXISTING = """\
# Ours, and hand-made.
[build-system]
requires = ["setuptools>=61"]  # for now
build-backend = "setuptools.build_meta"

[project]
name   =   "acme-hash"   # odd spaces stay
version = "1"
dependencies = [
    "six",  # why
]

[tool.ruff]
line-length = 100
"""
EDITED = EXISTING.replace('["setuptools>=61"]', '["pyz3==0.1.*"]').replace(
    "setuptools.build_meta", "pyz3.backend"
)
SOURCE = "PyMODINIT_FUNC PyInit_%s(void)\n{\n    return NULL;\n}\n"


def test_an_existing_project_keeps_its_format(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": EXISTING,
            "src/acme_hash/__init__.py": "",
            "src/acme_hash/inner/_fast.c": SOURCE % "_fast",
            "src/acme_hash/inner/helper.c": "int x;",
            "src/acme_hash/_b.zig": "export fn PyInit__b() callconv(.c) ?*anyopaque { return null; }",
            "src/acme_hash/_a.cpp": SOURCE % "_a",
            "tests/other.c": SOURCE % "other",
        },
    )
    draft = adopt(tmp_path, Wishes(name="ignored", abi3="3.10"))
    assert draft.files == {}
    assert draft.before == EXISTING
    assert draft.after == EDITED + (
        '\n[tool.pyz3]\nabi3 = "3.10"\n'
        '\n[[tool.pyz3.extensions]]\nname = "acme_hash._a"\nsources = ["src/acme_hash/_a.cpp"]\n'
        '\n[[tool.pyz3.extensions]]\nname = "acme_hash._b"\nsources = ["src/acme_hash/_b.zig"]\n'
        '\n[[tool.pyz3.extensions]]\nname = "acme_hash.inner._fast"\n'
        'sources = ["src/acme_hash/inner/_fast.c", "src/acme_hash/inner/helper.c"]\n'
    )


def test_an_existing_package_without_sources_gets_some(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": "x = 1\n"})
    draft = adopt(tmp_path, Wishes(name="", language="mixed", fallback=True))
    assert set(draft.files) == {"acme_hash/_core.c", "acme_hash/fnv.zig", "acme_hash/_core.pyi"}
    table = read_tool_table(load_toml(draft.after))
    assert table.fallback
    (extension,) = table.extensions
    assert (extension.name, extension.sources) == (
        "acme_hash._core",
        ("acme_hash/_core.c", "acme_hash/fnv.zig"),
    )
    assert '"acme_hash._core"' in draft.files["acme_hash/_core.c"]


def test_a_project_without_a_package_gets_one(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[project]\nname = "solo"\nversion = "1"\n'})
    draft = adopt(tmp_path, Wishes(name="", language="c"))
    assert set(draft.files) == {f"src/solo/{n}" for n in ("__init__.py", "py.typed", "_core.c", "_core.pyi")}
    assert draft.after.startswith(
        '[build-system]\nrequires = ["pyz3==0.1.*"]  # other versions of that name on PyPI are another '
        'project\'s\nbuild-backend = "pyz3.backend"\n\n[project]\n'
    )
    write(tmp_path, {**draft.files, "pyproject.toml": draft.after})
    assert [e.name for e in load_project(tmp_path).extensions] == ["solo._core"]


LIBRARY = '#include "hash.h"\nunsigned h(const char *text) { return *text; }\n'
BECOMES = "acme_hash.%s becomes a shared library, for ctypes: no source defines a PyInit_…"
CALLED = "acme_hash/lib%s.so, acme_hash/lib%s.dylib on macOS, acme_hash/%s.dll on Windows"
LOADS = "import ctypes, pathlib\n_LIB = ctypes.CDLL(str(pathlib.Path(__file__).with_name('libquick.so')))\n"


@pytest.mark.parametrize("has_pyproject", [False, True])
def test_a_library_for_ctypes(has_pyproject: bool, tmp_path: Path) -> None:
    texts = {
        "src/acme_hash/__init__.py": LOADS,
        "csrc/hash.c": LIBRARY,
        "csrc/more/table.c": "int table[2];\n",
        "include/hash.h": "unsigned h(const char *);\n",
        "tools/main.c": "int main(void) { return 0; }\n",
    }
    write(tmp_path, texts | ({"pyproject.toml": EXISTING} if has_pyproject else {"README.rst": ""}))
    draft = adopt(tmp_path, Wishes(name="acme-hash"))
    assert set(draft.files) == (set() if has_pyproject else {"pyproject.toml"})
    assert draft.notes == (
        f"{BECOMES % 'quick'}; its file is {CALLED % (('quick',) * 3)}",
        "in no module or library: tools/main.c",
    )
    text = draft.after or draft.files["pyproject.toml"]
    assert ('readme = "README.rst"' in text) != has_pyproject
    write(tmp_path, {"pyproject.toml": text})
    project = load_project(tmp_path)
    assert project.extensions == project.notes == ()
    (library,) = project.libraries
    assert (library.name, library.static) == ("acme_hash.quick", False)
    assert library.all_sources == ("csrc/hash.c", "csrc/more/table.c")
    assert library.common.include_dirs == ("include",)


SUFFIX = 'ext = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")\n'


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("x = 1\n", "acme_hash", None),
        ("ctypes.CDLL(None)\n", "acme_hash", None),
        (
            "ctypes.CDLL('libc.so.6')\n",
            "acme_hash",
            "loads a library whose file name cannot be seen: it must be",
        ),
        ("ffi.dlopen(found())\n", "acme_hash", "loads a library whose file name cannot be seen: it must be"),
        (
            SUFFIX + "ctypes.CDLL(os.path.join(here, '_native' + ext))\n",
            "_native",
            "names _native.dylib, _native.so, which will not be there: let it load",
        ),
        ("ctypes.CDLL('fast.so')\n", "fast", "names fast.so, which will not be there: let it load"),
        (
            SUFFIX + "ctypes.CDLL(f'{here}/libfast{ext}')\n",
            "fast",
            "names libfast.dll, which will not be there: let it load",
        ),
        (SUFFIX + "pre = '' if win else 'lib'\nctypes.CDLL(f'{here}/{pre}fast{ext}')\n", "fast", None),
    ],
)
def test_code_that_must_load_the_library_as_it_will_be_called(
    code: str, name: str, told: str | None, tmp_path: Path
) -> None:
    texts = {"pyproject.toml": EXISTING, "src/acme_hash/__init__.py": code, "c/x.c": "int x;\n"}
    draft = adopt(write(tmp_path, texts), Wishes(name=""))
    called = CALLED % ((name,) * 3)
    more = [f"src/acme_hash/__init__.py {told} {called}"] if told else []
    assert list(draft.notes) == [f"{BECOMES % name}; its file is {called}", *more]
    assert f'[[tool.pyz3.libraries]]\nname = "acme_hash.{name}"\n' in draft.after
    (library,) = load_project(write(tmp_path, {"pyproject.toml": draft.after})).libraries
    assert [shared_file(library.name, family) for family in ("musllinux", "macos", "windows")] == [
        part.removesuffix(" on macOS").removesuffix(" on Windows") for part in called.split(", ")
    ]


def test_a_module_may_be_asked_for_beside_other_sources(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": "", "c/x.c": "int x;\n"})
    draft = adopt(tmp_path, Wishes(name="", language="zig"), example=True)
    assert set(draft.files) == {"acme_hash/_core.zig", "acme_hash/_core.pyi"}
    assert draft.notes == ("in no module or library: c/x.c",)
    (tmp_path / "c" / "y.c").write_text(SOURCE % "y")
    draft = adopt(tmp_path, Wishes(name="", language="zig"), example=True)
    assert (draft.files, draft.notes) == (
        {},
        ("--language has no effect: the project has modules of its own",),
    )


def test_a_folder_with_a_package_and_no_pyproject(tmp_path: Path) -> None:
    write(tmp_path, {"probe/__init__.py": "", "probe/_c.c": SOURCE % "_c", "probe/.hidden.c": ""})
    done = init(tmp_path, "--name", "probe")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "  pyproject.toml"
    assert [(e.name, e.all_sources) for e in load_project(tmp_path).extensions] == [
        ("probe._c", ("probe/_c.c",))
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.cpp", "PYBIND11_MODULE(x, m) {}\n", "x.cpp: pybind11 makes this module; pyz3 itself has none"),
        ("x.cpp", "NB_MODULE(x, m) {}\n", "x.cpp: nanobind makes this module; pyz3 itself has none"),
        ("x.pyx", "def f(): pass\n", "x.pyx: Cython makes this module; pyz3 itself has none"),
        ("b.py", "ffi.set_source('_x', '')\n", "b.py: cffi makes this module; pyz3 itself has none"),
        (
            "x.c",
            "#include <Python.h>\nMOD_INIT(x)\n",
            "x.c: includes Python.h, but no source defines the PyInit_… of a module",
        ),
        (
            "x.c",
            "int x; /* a.so b.dll */\n",
            "several libraries are loaded: one, two; it is not clear what each is made of",
        ),
    ],
)
def test_sources_that_others_make_modules_of(name: str, text: str, message: str, tmp_path: Path) -> None:
    loads = "ctypes.CDLL('libone.so')\nctypes.CDLL('two.dll')\n"
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": loads, name: text})
    with pytest.raises(ConfigError) as caught:
        adopt(tmp_path, Wishes(name=""))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("requires", "told"),
    [
        ('["pyz3==0.1.*"]', ""),
        ('["pyz3 @ file:///pyz3-0.1.0-py3-none-any.whl", "other"]', ""),
        ('["Pyz3"]', "'Pyz3' may get another project of that name from PyPI"),
        ('["pyz3>=0.1,<1"]', "'pyz3>=0.1,<1' may get another project of that name from PyPI"),
        ('["pyz3==0.0.*"]', "'pyz3==0.0.*' is not this pyz3, 0.1.0"),
    ],
)
def test_what_front_ends_may_mistake(requires: str, told: str, tmp_path: Path) -> None:
    text = f'build-system.requires = {requires}\nproject = {{ name = "x", version = "1" }}\n'
    notes = load_project(write(tmp_path, {"pyproject.toml": text})).notes
    assert [note.removeprefix("pyproject.toml: build-system.requires: ") for note in notes] == (
        [f"{told}: write 'pyz3==0.1.*'"] if told else []
    )


def test_the_examples_require_this_pyz3() -> None:
    root = Path(__file__).parents[2]
    for path in (root / "examples").glob("*/pyproject.toml"):
        assert load_toml(path.read_text(encoding="utf-8"))["build-system"]["requires"] == [OWN_REQUIREMENT]
    assert f'requires = ["{OWN_REQUIREMENT}"]' in (root / "docs" / "install.md").read_text(encoding="utf-8")


def test_keys_before_the_first_table_stay_where_they_are(tmp_path: Path) -> None:
    text = 'project.name = "solo"\nproject.version = "1"\n'
    write(tmp_path, {"pyproject.toml": text, "solo.py": ""})
    after = adopt(tmp_path, Wishes(name="")).after
    assert after.startswith(text + "\n[build-system]\n")


def test_line_ends_stay(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": EXISTING.replace("\n", "\r\n"), "acme_hash.py": ""})
    after = adopt(tmp_path, Wishes(name="")).after
    assert after.count("\r\n") == after.count("\n") > EXISTING.count("\n")
    assert init(tmp_path, "--yes").exit_code == 0
    assert (tmp_path / "pyproject.toml").read_bytes().decode() == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.poetry]\nname = 'x'\n", "no [project] table with a name"),
        ("project = 1\n", "no [project] table with a name"),
        (EXISTING + "[tool.pyz3]\n", "[tool.pyz3] is there already"),
        ("[project]\nname = 'x'\n[tool]\nother = 1\npyz3 = 2\n", "[tool.pyz3] is there already"),
        ("tool = {}\n[project]\nname = 'x'\n", "cannot be changed without writing it anew"),
        (
            "build-system = {requires = []}\ntool = {x = 1}\n[project]\nname = 'x'\n",
            "without writing it anew",
        ),
        ("build-system = 1\n[project]\nname = 'x'\n", "tool and build-system must be tables"),
        ("tool = 1\n[project]\nname = 'x'\n", "tool and build-system must be tables"),
        ("[project\n", "not valid TOML"),
        ("[project]\nname = 'a b'\n", "'a b' is no name for a project"),
    ],
)
def test_projects_that_cannot_be_adopted(text: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": text})
    with pytest.raises(ConfigError) as caught:
        adopt(tmp_path, Wishes(name=""))
    assert message in caught.value.message
    assert "setup.py" not in (caught.value.tip or "")  # there is none
    assert (tmp_path / "pyproject.toml").read_text() == text


def test_the_diff_is_shown_and_nothing_written_without_a_yes(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": ""})
    done = init(tmp_path)
    assert isinstance(done.exception, Pyz3Error)
    assert done.exception.message == "nothing is written: there is no terminal to ask at"
    assert done.stdout.startswith("--- pyproject.toml\n+++ pyproject.toml, with pyz3\n@@ ")
    assert '-requires = ["setuptools>=61"]  # for now\n' in done.stdout
    assert '+requires = ["pyz3==0.1.*"]  # for now\n' in done.stdout
    assert {p.name for p in tmp_path.rglob("*") if p.is_file()} == {"pyproject.toml", "__init__.py"}
    assert (tmp_path / "pyproject.toml").read_text() == EXISTING


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("\n", True), ("n\n", False)])
def test_asks_on_a_terminal(
    answer: str, written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By its module: in the package, the name is the command's.
    monkeypatch.setattr(importlib.import_module("pyz3.cli.init"), "_has_terminal", lambda: True)
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": ""})
    done = init(tmp_path, answer=answer)
    assert done.exit_code == (0 if written else 1)
    assert (tmp_path / "acme_hash" / "_core.c").exists() == written
    assert ("pyz3" in (tmp_path / "pyproject.toml").read_text()) == written


def test_a_disk_that_is_full_leaves_no_half_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def no_room(self: Path, mode: str = "r", **more: str) -> IO[Any]:
        if mode == "x" and self.name == "_core.c":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return opened(self, mode, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(Path, "open", no_room)
    done = init(tmp_path / "fast", "--language", "c")
    assert isinstance(done.exception, ConfigError)
    path = tmp_path / "fast" / "src" / "fast" / "_core.c"
    assert done.exception.message == f"{path}: cannot be written, so nothing is: No space left on device"
    assert done.exception.tip == "make room on the disk, or choose another folder"
    assert list(tmp_path.iterdir()) == []


def test_the_users_file_stays_if_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, _content: bytes) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(importlib.import_module("pyz3.cli.init"), "write_atomically", denied)
    write(tmp_path, {"pyproject.toml": EXISTING, "acme_hash/__init__.py": ""})
    done = init(tmp_path, "--yes")
    assert isinstance(done.exception, ConfigError)
    path = tmp_path / "pyproject.toml"
    assert done.exception.message == f"{path}: cannot be written, so nothing is: Permission denied"
    assert done.exception.tip == "see who may write there, or choose another folder"
    assert path.read_text() == EXISTING
    assert {p.name for p in tmp_path.rglob("*")} == {"pyproject.toml", "acme_hash", "__init__.py"}


def test_a_name_is_for_new_projects(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": EXISTING})
    done = init(tmp_path, "--name", "other")
    assert done.exit_code == 2
    assert "--name: the project has one, in pyproject.toml" in done.stderr


def test_the_documentation_shows_what_is_written() -> None:
    text = (Path(__file__).parents[2] / "docs" / "optional-extensions.md").read_text(encoding="utf-8")
    wishes = Wishes(name="hello", fallback=True)
    assert render("init.py", wishes).partition('"""\n\n')[2] in text
    source = render("core.c", wishes)
    assert source[source.index("/* The PYZ3_*") : source.index("\n\nstatic PyMethodDef")] in text


def test_every_option_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "distribution.md").read_text(encoding="utf-8")
    section = text.partition("\n## New projects\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"(?<=`)--?[\w-]+", section.partition("\n\nWhere ")[0]))
    options = {
        o
        for p in cli.get_command(click.Context(cli), "init").params
        if p.param_type_name == "option"
        for o in p.opts
    }
    assert documented == options
