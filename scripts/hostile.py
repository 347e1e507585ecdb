"""Wheels and sdists as somebody makes them who means harm: ``scripts/faults.py`` has pyz3 read them.

Each case is a function that writes one file; a new one is a function with ``@case``.  Zip files are written
by hand, as ``zipfile`` does not lie.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import struct
import tarfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping

    Case = Callable[["Making"], Path]

CASES: dict[str, Case] = {}
_LINUX = "cp313-cp313-manylinux_2_17_x86_64"
_PURE = "py3-none-any"
_INFO = "thing-1.0.dist-info"
_METADATA = "Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n"
_MEGA = 1 << 20
# What commands a terminal, what forges a line, what shows in another order than it has, what is no text.
FORGED = "✓ all is well"
NASTY = ("\x1b[2J\x1b]0;owned\x07", f"a\n{FORGED}\n", "a\rb", "\u202egnp.exe", "\x9b31m", "\0", "\udcff")


def case(function: Case) -> Case:
    """Have a function be a case, under its own name."""
    CASES[function.__name__] = function
    return function


@dataclass(frozen=True, kw_only=True)
class Making:
    """What a case is made from.

    Attributes:
        folder: Where the file goes.
        rng: The source of chance, seeded.
        binaries: Ending of a module's name → a sound binary with it, for each format.
        tag: What wheels are for, unless a case is of something else.
        outside: A folder that nothing has to do with.
        real: A wheel that its source gives; none: there is none.
    """

    folder: Path
    rng: random.Random
    binaries: Mapping[str, bytes]
    tag: str = _LINUX
    outside: Path = field(default_factory=lambda: Path("/outside"))
    real: bytes = b""

    def write(self, data: bytes, name: str) -> Path:
        """Write the file."""
        path = self.folder / name
        path.write_bytes(data)
        return path

    def wheel(self, parts: Iterable[Part], tag: str = "", *, metadata: str = "", wheel: str = "") -> Path:
        """Write a wheel that has the parts, and is sound apart from them."""
        tag = tag or self.tag
        inside = [*parts]
        names = {part.name for part in inside}
        texts = {
            f"{_INFO}/METADATA": _METADATA + metadata,
            f"{_INFO}/WHEEL": wheel or f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
        }
        inside += [
            part(name, text.encode("utf-8", "surrogateescape"))
            for name, text in texts.items()
            if name.encode() not in names
        ]
        rows = "".join(f"{one.text},{one.digest},{one.size}\n" for one in inside)
        if f"{_INFO}/RECORD".encode() not in names:
            inside.append(part(f"{_INFO}/RECORD", f"{rows}{_INFO}/RECORD,,\n".encode("utf-8", "replace")))
        return self.write(pack(inside), f"thing-1.0-{tag}.whl")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A member of a zip file, as its headers have it, true or not.

    Attributes:
        name: In the central directory.
        local: In the local header; None: the same.
        packed: The bytes.
        crc: The check sum of what they unpack to.
        size: What they are said to unpack to.
        method: How they are said to be packed.
        flags: General purpose bits.
        mode: Unix' mode.
        extra: More of both headers.
        again: They are those of the member before.
        digest: What RECORD is to say.
    """

    name: bytes
    packed: bytes = b""
    crc: int = 0
    size: int = 0
    method: int = 0
    local: bytes | None = None
    flags: int = 0x800
    mode: int = 0o100644
    extra: bytes = b""
    again: bool = False
    digest: str = ""

    @property
    def text(self) -> str:
        """Give its name as RECORD would have it."""
        text = self.name.decode("utf-8", "replace")
        return '"' + text.replace('"', '""') + '"'


def part(name: str, data: bytes = b"", *, packed: bool = True, mode: int = 0o100644) -> Part:
    """Give a sound member."""
    squeezed = zlib.compress(data, 6, -15) if packed else data
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return Part(
        name=name.encode("utf-8", "surrogateescape"),
        packed=squeezed,
        crc=zlib.crc32(data),
        size=len(data),
        method=8 if packed else 0,
        mode=mode,
        digest=f"sha256={digest}",
    )


def pack(parts: Iterable[Part], *, count: int | None = None, comment: bytes = b"", times: int = 1) -> bytes:
    """Give a zip file.

    Args:
        parts: What is in it.
        count: How many members it says that it has; None: the truth.
        comment: Behind its end.
        times: How often the last of them is in it.
    """
    body, central, last, number, offset = io.BytesIO(), io.BytesIO(), b"", 0, 0
    for one in parts:
        number += 1
        size, packed = min(one.size, 0xFFFFFFFF), len(one.packed)
        head = (one.flags, one.method, 0, 0x21, one.crc, packed, size)
        if not one.again:
            offset = body.tell()
            local = one.name if one.local is None else one.local
            body.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *head, len(local), len(one.extra)))
            body.write(local + one.extra + one.packed)
        last = struct.pack("<IHHHHHHIIIHH", 0x02014B50, 0x314, 20, *head, len(one.name), len(one.extra))
        last += struct.pack("<HHHII", 0, 0, 0, one.mode << 16, offset) + one.name + one.extra
        central.write(last)
    central.write(last * (times - 1))
    number += times - 1
    said, start, length = number if count is None else count, body.tell(), central.tell()
    short = min(said, 0xFFFF)
    end = b""
    if said > short:
        end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, said, said, length, start)
        end += struct.pack("<IIQI", 0x07064B50, 0, start + length, 1)
    end += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, short, short, length, start, len(comment)) + comment
    return body.getvalue() + central.getvalue() + end


def zeros(size: int) -> Part:
    """Give a member of so many zeros without packing each of them; ``size`` is in MiB."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(_MEGA)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(size):
        crc = zlib.crc32(bytes(_MEGA), crc)
    return Part(name=b"thing/zeros.bin", packed=block * size + b"\3\0", crc=crc, size=size * _MEGA, method=8)


# Archives.


@case
def bomb(make: Making) -> Path:
    """Two gigabytes of zeros in two megabytes."""
    return make.wheel([zeros(2000)])


@case
def overlapping(make: Making) -> Path:
    """A thousand members that are the same bytes of the file."""
    first = zeros(50)
    again = (replace(first, name=f"thing/{number}.so".encode(), again=True) for number in range(1000))
    return make.wheel([first, *again])


@case
def lying(make: Making) -> Path:
    """Members that are larger, or smaller, than they say."""
    small = replace(zeros(300), size=make.rng.choice([0, 1, 0xFFFFFFFF]), name=b"thing/_m.so")
    return make.wheel([small, replace(part("thing/x.py", b"x"), size=0xFFFFFFFE)])


@case
def wide(make: Making) -> Path:
    """ZIP64's sizes: exabytes, and extra fields that are cut off."""
    huge = struct.pack("<HHQQ", 1, 16, 1 << make.rng.choice([33, 62, 63]), 7)
    extra = make.rng.choice([huge, huge[:-5], struct.pack("<HH", 1, 0xFFFF)])
    return make.wheel([replace(part("thing/x.py", b"x"), size=0xFFFFFFFF, extra=extra)])


@case
def million(make: Making) -> Path:
    """A million members, and the number of them told, hidden or a lie."""
    count = make.rng.choice([None, 3, 0xFFFF])
    parts = [Part(name=b"thing/x.py")]
    return make.write(pack(parts, count=count, times=1_000_000), f"thing-1.0-{make.tag}.whl")


@case
def crowd(make: Making) -> Path:
    """As many members as are allowed, each in a folder of its own, none in RECORD."""
    ends = make.rng.choice([("/a.pyi",), ("/a.so", ".so"), ("/__init__.py", "/x.py"), ("", "/")])
    parts = (Part(name=f"t{n}{ends[n % len(ends)]}".encode()) for n in range(240_000))
    return make.wheel(parts)


@case
def long_names(make: Making) -> Path:
    """Names of 64 KiB that are costly to compare: marks that Unicode wants sorted, or many folders."""
    text = make.rng.choice(["\u0315\u0316" * 16_000, "a/" * 32_000, "../" * 21_000, "\x1b" * 65_000])
    return make.wheel([replace(part("x"), name=f"{n}{text}".encode()[:65_000]) for n in range(300)])


@case
def names(make: Making) -> Path:
    """Names that lead outside, that command terminals, and that are of devices, links and folders."""
    words = ["..", ".", "", "/", "\\", "C:", "con", "thing", "é", "x" * 300, *NASTY]
    parts = []
    for _ in range(30):
        name = "/".join(make.rng.choice(words) for _ in range(make.rng.randint(1, 4)))
        end = make.rng.choice(["", ".py", ".so", ".dll", ".cpython-313-x86_64-linux-gnu.so"])
        mode = make.rng.choice([0o100644, 0o120777, 0o020666, 0o010644, 0o040755, 0o104755, 0])
        content = make.rng.choice([b"/etc/passwd", b"", *make.binaries.values()])
        parts.append(part(name + end, content, mode=mode))
    return make.wheel([*parts, *make.rng.sample(parts, 3)])


@case
def local_names(make: Making) -> Path:
    """Local headers that are of other members than the central directory."""
    odd = make.rng.choice([b"../x", b"", b"\x1b[2J\n", b"thing/__init__.py"])
    return make.wheel([replace(part("thing/a.py", b"x"), local=odd), part("thing/__init__.py")])


@case
def methods(make: Making) -> Path:
    """Members that are encrypted, or packed by other means, or not at all."""
    flags = make.rng.choice([0x800, 0x801, 0x808, 0x841, 0x2800])
    method = make.rng.choice([0, 1, 8, 9, 12, 14, 93, 95, 97, 99, 0xFFFF])
    name = make.rng.choice(["METADATA", "WHEEL", "RECORD", "entry_points.txt", "../thing/_m.so"])
    odd = replace(part(f"{_INFO}/{name}", b"Name: thing\n" * 99), flags=flags, method=method)
    return make.wheel([odd, part("thing/__init__.py")])


@case
def two_ends(make: Making) -> Path:
    """A zip file in another's comment, or with something before or behind it."""
    inner = pack([part("thing/__init__.py")])
    outer = pack([part("thing/a.py")], comment=inner[: make.rng.randrange(len(inner))])
    data = make.rng.choice([outer, b"#!/bin/sh\n" + inner, inner + bytes(70_000), inner + inner])
    return make.write(data, f"thing-1.0-{_PURE}.whl")


@case
def flipped(make: Making) -> Path:
    """A wheel with bits flipped anywhere, cut off, or with a piece of it twice."""
    path = sound(make)
    data = bytearray(make.rng.choice([make.real, b""]) or path.read_bytes())
    for _ in range(make.rng.randint(1, 8)):
        at = make.rng.randrange(len(data))
        match make.rng.randrange(8):
            case 0:
                del data[max(at, 64) :]
            case 1:
                data[at:at] = data[max(0, at - make.rng.randrange(400)) : at]
            case _:
                data[at] ^= 1 << make.rng.randrange(8)
    return make.write(bytes(data), path.name)


@case
def noise(make: Making) -> Path:
    """Anything at all, or nothing."""
    start = make.rng.choice([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"])
    return make.write(start + make.rng.randbytes(make.rng.randrange(3000)), f"thing-1.0-{_PURE}.whl")


@case
def file_name(make: Making) -> Path:
    """A name of a wheel that commands a terminal, or that stands for thousands of tags."""
    many = ".".join(f"a{n}" for n in range(18))
    tag = make.rng.choice(
        [f"py3-none-any{NASTY[0]}", "py3-none-a\nb", f"{many}-{many}-{many}", "py3-\u202e-any"]
    )
    return make.write(pack([part("thing/__init__.py")]), f"thing-1.0-{tag}.whl".replace("/", "_"))


# What .dist-info says.


@case
def metadata(make: Making) -> Path:
    """METADATA that commands terminals, or is costly to understand."""
    digits, deep = "1" * 5000, "(" * 3000
    nasty = make.rng.choice(NASTY)
    text = make.rng.choice([
        f"Version: {digits}\n",
        f"Requires-Python: >={digits}\nClassifier: Programming Language :: Python :: 3.9\n",
        f"Requires-Dist: x; {deep}python_version > '3'\n",
        f"Requires-Dist: {nasty}\nSummary: {nasty}\nName: {nasty}\nVersion: {nasty}\n",
        f"License-Expression: {deep}MIT\n",
        f"License-Expression: {'MIT OR ' * 3000}MIT\n",
        f"License-File: {nasty}\n" * 300,
        "Classifier: Programming Language :: Python :: 3.9\n" * 60_000,
        f"Requires-Python: {','.join(f'>3.{n}' for n in range(60_000))}\n",
        f"Requires-Dist: x{','.join(f'>3.{n}' for n in range(60_000))}\n",
        f"Description-Content-Type: text/x-rst; charset={nasty}\n\n{nasty}",
        f"Dynamic: {nasty}\nProvides-Extra: {nasty}\nImport-Name: {nasty}\nMetadata-Version: {nasty}\n",
    ])  # fmt: skip
    return make.wheel([part("thing/__init__.py")], metadata=text)


@case
def description(make: Making) -> Path:
    """A description that takes long to show, reads files, or is deep."""
    text = make.rng.choice([
        "*a* `b`_ |c| " * 200_000,
        "\n".join("  " * (n % 300) + "* x" for n in range(30_000)),
        "".join(">" * n + " x\n" for n in range(600)),
        ".. include:: /etc/passwd\n.. raw:: html\n   :file: /etc/passwd\n",
        ".. csv-table::\n   :file: /etc/passwd\n",
        ".. |x| replace:: |y| |y|\n.. |y| replace:: |x| |x|\n\n|x|\n",
        "`" * 300_000,
        "+-" * 50_000 + "+\n",
    ])  # fmt: skip
    return make.wheel([part("thing/__init__.py")], metadata=f"Description-Content-Type: text/x-rst\n\n{text}")


@case
def headers(make: Making) -> Path:
    """Megabytes of headers, one header of megabytes, or none."""
    name = make.rng.choice(["METADATA", "WHEEL", "RECORD", "entry_points.txt"])
    text = make.rng.choice(
        [b"A: b\n" * 750_000, b"Name:" + b"x" * 3_900_000, b" \n" * 900_000, b"\0" * 999, b""]
    )
    return make.wheel([part(f"{_INFO}/{name}", text), part("thing/__init__.py")])


@case
def tags(make: Making) -> Path:
    """WHEEL's tags that stand for more than can be counted, or that command terminals."""
    many = ".".join(f"a{n}" for n in range(make.rng.choice([3000, 100_000])))
    tag = make.rng.choice([f"{many}-{many}-{many}", NASTY[0], NASTY[1], "-", "a-b-c\n" * 9000])
    said = f"Wheel-Version: 1.0\nRoot-Is-Purelib: {make.rng.choice(NASTY)}\nTag: {tag}\n"
    return make.wheel([part("thing/__init__.py")], wheel=said)


@case
def record(make: Making) -> Path:
    """A RECORD of tens of millions of lines, of odd ones, or with quotes that never end."""
    nasty = make.rng.choice(NASTY)
    text = make.rng.choice([
        "a\n" * 30_000_000,
        ",,\n" * 20_000_000,
        '"' + "a\n" * 100_000,
        "thing/__init__.py,md5=x,1\n" * 200_000,
        f"{nasty},{nasty}=x,{nasty}\n../../x,sha256=,-1\nthing/__init__.py,sha256={nasty},{'9' * 5000}\n",
        "," * 3_000_000,
    ])  # fmt: skip
    return make.wheel(
        [part(f"{_INFO}/RECORD", text.encode("utf-8", "surrogateescape")), part("thing/__init__.py")]
    )


@case
def entry_points(make: Making) -> Path:
    """Entry points that are no configuration, or that lead elsewhere."""
    nasty = make.rng.choice(NASTY)
    text = make.rng.choice([
        "x = y\n",
        "[console_scripts\n",
        f"[{make.rng.choice(['console', 'gui'])}_scripts]\n{'../' * make.rng.randrange(9)}x = thing:main\n",
        f"[console_scripts]\n{make.outside}/x = thing:main\n",
        "[console_scripts]\n.. = thing:main\n. = thing:main\npython = thing:main\npip = thing:main\n",
        "[console_scripts]\n= thing:main\na =\nb = :\nc = thing\nd = 1:2 [\n",
        "[console_scripts]\n" + "".join(f"c{n} = thing:main\n" for n in range(200_000)),
        f"[console_scripts]\n{nasty} = thing:main\nb = {nasty}\n",
        "[console_scripts]\na = b\na = c\n[console_scripts]\n",
    ])  # fmt: skip
    file = part(f"{_INFO}/entry_points.txt", text.encode("utf-8", "surrogateescape"))
    return make.wheel([file, part("thing/__init__.py")], _PURE)


@case
def requirements(make: Making) -> Path:
    """Requirements that are none, or are of files."""
    nasty = make.rng.choice(NASTY)
    text = make.rng.choice([f"x @ file:///etc/{nasty}", "((((", nasty, "x; " + "(" * 500, "x[" + "a," * 5000])
    return make.wheel([part("thing/__init__.py")], _PURE, metadata=f"Requires-Dist: {text}\n")


@case
def infos(make: Making) -> Path:
    """Many .dist-info folders, or one of another project, and .data that leads outside."""
    places = [
        f"data{make.outside}/x",
        "data/../../../../outside/x",
        "../../x",
        "scripts/../../../x",
        "data//etc/x",
        "headers/\x1b[2J",
        "purelib/thing/\n.py",
    ]
    few = make.rng.sample(places, make.rng.randint(1, len(places)))
    parts = [part(f"thing-1.0.data/{place}", b"x") for place in few]
    parts += [part(f"x{n}-1.dist-info/METADATA", b"Name: x\n") for n in range(make.rng.choice([1, 3000]))]
    return make.wheel(parts, _PURE)


# Binaries.


def sound(make: Making) -> Path:
    """Write a wheel with nothing wrong but that its binaries are for several systems."""
    parts = [part(f"thing/_m{ending}", data) for ending, data in make.binaries.items()]
    return make.wheel([*parts, part("thing/__init__.py")])


def mutated(make: Making, data: bytes) -> bytes:
    """Change numbers, above all in the first KiB and in front of strings, and cut or repeat pieces."""
    changed = bytearray(data)
    pick = make.rng.choice
    for _ in range(make.rng.randint(1, 12)):
        at = make.rng.randrange(pick([64, 256, 1024, len(changed)])) % max(len(changed), 1)
        match make.rng.randrange(8):
            case 0:
                changed[at] ^= 1 << make.rng.randrange(8)
            case 1:
                del changed[max(at, 64) :]
            case 2:
                changed[at:at] = changed[at : at + make.rng.randrange(256)]
            case 3:
                struct.pack_into("<Q", changed, min(at, len(changed) - 8) & ~3, make.rng.getrandbits(64))
            case _:
                size, form = pick([(1, "<B"), (2, "<H"), (4, "<I"), (8, "<Q"), (4, ">I")])
                value = pick([0, 1, 2, at, 1 << (8 * size - 1), (1 << 8 * size) - 1]) & ((1 << 8 * size) - 1)
                struct.pack_into(form, changed, min(at - at % size, len(changed) - size), value)
        if len(changed) < 64:  # noqa: PLR2004 - the numbers above need room
            break
    return bytes(changed)


@case
def binary(make: Making) -> Path:
    """Real binaries of every format, changed, under any name of a module."""
    parts = []
    for ending, data in make.binaries.items():
        for _ in range(8):
            name = f"thing/_m{len(parts)}{make.rng.choice([ending, '.so', '.pyd', ''])}"
            parts.append(part(name, mutated(make, data)))
    return make.wheel(
        parts, make.rng.choice(["", "cp313-cp313-win_amd64", "cp313-abi3-macosx_10_9_universal2"])
    )


@case
def fat(make: Making) -> Path:
    """Fat Mach-O files that contain themselves, or forty times the same, or ask for all memory."""
    magic = make.rng.choice([b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"])
    size, form = (20, ">IIII") if magic.endswith(b"\xbe") else (32, ">IIQQ")
    count, start = make.rng.choice([(1, 0), (2, 0), (44, 0), (44, 8), (40, 4096), (0xFFFFFFFF, 0)])
    number = struct.pack(form, 0x01000007, 3, start, make.rng.choice([0, 1 << 20, 0xFFFFFFFF]))
    body = magic + struct.pack(">I", count) + number.ljust(size, b"\0") * min(count, 44)
    inner = make.binaries.get(".cpython-313-darwin.so", b"")
    return make.wheel([part("thing/_m.so", body.ljust(4096, b"\0") + inner + bytes(3 * _MEGA))])


@case
def nested(make: Making) -> Path:
    """Archives of archives of objects, and fat files in them."""
    data = make.binaries.get(".so", b"\x7fELF")
    for _ in range(make.rng.choice([3, 900])):
        head = b"x".ljust(48) + str(len(data)).encode().ljust(10) + b"`\n"
        data = b"!<arch>\n" + head + data
    many = b"!<arch>\n" + (b"x".ljust(48) + b"0".ljust(10) + b"`\n") * 300_000
    return make.wheel([part("thing/_m.so", data), part("thing/_n.a", data), part("thing/_o.a", many)])


def elf(symbols: int, strings: bytes, *, needed: int = 0, step: int = 0) -> bytes:
    """Give an ELF library with so many symbols; each name begins ``step`` bytes behind the last."""
    count = symbols + 1
    at = 0x200
    table = b"".join(struct.pack("<IBBHQQ", 1 + n * step, 0x12, 0, 0, 0, 0) for n in range(symbols))
    dynsym, dynstr = at, at + 24 * count
    dynamic = dynstr + len(strings) + -len(strings) % 8
    entries = [
        *((1, 1 + n * step) for n in range(needed)),
        (5, dynstr),
        (10, len(strings)),
        (6, dynsym),
        (11, 24),
    ]
    hashes = dynamic + 16 * (len(entries) + 2)
    entries += [(4, hashes), (0, 0)]
    total = hashes + 8
    programs = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, total, total, 4096)
    programs += struct.pack(
        "<IIQQQQQQ", 2, 6, dynamic, dynamic, dynamic, 16 * len(entries), 16 * len(entries), 8
    )
    head = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0
    )
    body = (head + programs).ljust(at, b"\0") + bytes(24) + table
    body = (body + strings).ljust(dynamic, b"\0") + b"".join(struct.pack("<QQ", *one) for one in entries)
    return body.ljust(hashes, b"\0") + struct.pack("<II", 0, count)


@case
def symbols(make: Making) -> Path:
    """ELF files with millions of symbols, or libraries, whose names are one long string."""
    match make.rng.randrange(4):
        case 0:
            data = elf(2_000_000, b"\0PyLong_FromLong\0")
        case 1:
            data = elf(20_000, b"\0" + b"a" * 8_000_000 + b"\0", step=300)
        case 2:
            data = elf(10, b"\0lib\n\x1b[2J.so\0" * 2, needed=200_000)
        case _:
            data = elf(10, b"\0" + b"b" * 4_000_000 + b"\0", needed=10_000, step=300)
    return make.wheel([part("thing/_m.cpython-313-x86_64-linux-gnu.so", data)])


@case
def crowd_of_binaries(make: Making) -> Path:
    """More binaries than any wheel has, each of which needs all others."""
    needs = b"\0" + b"".join(b"lib%d.so\0" % n for n in range(1500))
    data = elf(1, needs, needed=1200, step=9)
    return make.wheel([part(f"thing/lib{n}.so", data) for n in range(1500)])


def elf_with(
    programs: Iterable[tuple[int, int, int]], sections: Iterable[tuple[int, int, int]], data: bytes
) -> bytes:
    """Give an ELF library whose tables stand behind 64 KiB of its contents.

    Args:
        programs: Kind, offset and size of each segment.
        sections: Index of the name, offset and size of each section; all are marked as compressed.
        data: The contents, from byte 64 on.
    """
    segments, parts = [*programs], [*sections]
    table = 64 + len(data)
    behind = table + 56 * len(segments)
    head = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, table, behind, 0, 64, 56, len(segments), 64, len(parts), 0
    )
    rows = [struct.pack("<IIQQQQQQ", kind, 4, at, at, at, size, size, 8) for kind, at, size in segments]
    rows += [struct.pack("<IIQQQQIIQQ", name, 1, 0x800, 0, at, size, 0, 0, 1, 0) for name, at, size in parts]
    return head + data + b"".join(rows)


@case
def notes(make: Making) -> Path:
    """ELF files with notes that never end, lie, or are the same in thousands of segments."""
    lie = make.rng.choice([0, 4, 0xFFFFFFFF])
    one = struct.pack("<III", 4, lie, 5) + b"GNU\0" + struct.pack("<III", 0xC0008002, lie, 0xFFFFFFFF)
    count, size = make.rng.choice([(1, 3 * _MEGA), (5000, 28), (2000, 16_000), (1, 1 << 40), (60_000, 12)])
    data = one * 200_000
    segments = [(make.rng.choice([4, 0x6474E553]), 64 + n % 64, size) for n in range(count)]
    library = elf_with([(1, 0, 64 + len(data)), *segments], [], data)
    return make.wheel([part("thing/_m.so", library)])


@case
def debug_data(make: Making) -> Path:
    """Compressed debug data that is a bomb, or the same in thousands of sections, each a byte longer."""
    bomb = struct.pack("<IIQQ", 1, 0, 1 << 40, 1) + zlib.compress(
        bytes(make.rng.choice([300, 3000]) * 100_000)
    )
    names = b"\0.debug_info\0.debug_str\0"
    count = make.rng.choice([1, 3000, 60_000])
    start = 64 + len(names)
    sections = [(0, 64, len(names)), *((1 + 12 * (n % 2), start, len(bomb) - n % 500) for n in range(count))]
    library = elf_with([(1, 0, start + len(bomb))], sections, names + bomb)
    return make.wheel([part(f"thing/_m{n}.so", library) for n in range(4)])


@case
def debug_directory(make: Making) -> Path:
    """A PE file whose debug directory leads anywhere, and whose PDB file's name commands terminals."""
    pick = make.rng.choice
    optional = bytearray(112 + 128)
    struct.pack_into("<H", optional, 0, 0x20B)
    struct.pack_into("<I", optional, 108, pick([16, 7, 0xFFFFFFFF]))
    size = pick([28, 56, 0xFFFFFFFF])
    struct.pack_into("<II", optional, 160, pick([0x1000, 0, 0xFFFFFFF0]), size)
    name = f"C:\\{pick(NASTY)}".encode("utf-8", "surrogateescape") + b"x" * pick([3, 100_000]) + b"\0"
    record = b"RSDS" + bytes(20) + name
    start = 64 + 24 + len(optional) + 40
    entry = struct.pack("<12xIIII", 2, pick([len(record), 0xFFFFFFFF]), 0, pick([start + 28, 0xFFFFFFF0]))
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, pick([1, 0xFFFF]), 0, 0, 0, len(optional), 0x2022)
    section = b".rdata\0\0" + struct.pack("<IIII12xI", 1 << 20, 0x1000, len(record) + 28, start, 0x40000040)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + coff + optional + section
    return make.wheel([part("thing/_m.pyd", head + entry + record)], "cp313-cp313-win_amd64")


@case
def wasm(make: Making) -> Path:
    """WebAssembly with numbers that never end, and counts beyond everything."""
    name = b"\x08dylink.0"
    body = make.rng.choice([
        b"\x80" * _MEGA,
        b"\xff" * 9 + b"\x01",
        bytes([len(name) + 1]) + name + b"\x02" + b"\xff" * 40 + b"\x01",
        b"\x05" + b"\xff" * 4 + b"\x0f" + b"\0" * 300,
    ])  # fmt: skip
    start = b"\0asm\1\0\0\0" + make.rng.choice([b"\0", b"\2", b"\7"])
    data = start + body
    known = b"\0asm\1\0\0\0\0\x0f\x08dylink.0" + b"\2\4\1\2a\n" + start[8:] + body
    ending = ".cpython-313-wasm32-emscripten.so"
    return make.wheel([part(f"thing/_m{ending}", data), part(f"thing/_n{ending}", known)])


# Source distributions: pyz3 publish reads them, and pyz3 reproduce builds them.


def _tar(make: Making, members: Iterable[tuple[tarfile.TarInfo, bytes]], *, squeeze: str = "gz") -> Path:
    path = make.folder / "thing-1.0.tar.gz"
    with tarfile.open(path, f"w:{squeeze}", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def _heads(*members: tuple[str, int]) -> bytes:
    """Give the headers of files, by name and size."""
    infos = []
    for name, size in members:
        infos.append(tarfile.TarInfo(name))
        infos[-1].size = size
    return b"".join(info.tobuf(tarfile.USTAR_FORMAT) for info in infos)


@case
def tar_bomb(make: Making) -> Path:
    """A gigabyte or more in less than a megabyte."""
    squeeze = make.rng.choice([bz2.compress, gzip.compress])
    start = _heads(("thing-1.0/PKG-INFO", 0), ("thing-1.0/zeros", 1200 * _MEGA))
    # Both formats take several streams, one behind the other, for one.
    data = squeeze(start) + squeeze(bytes(100 * _MEGA)) * 12 + squeeze(bytes(1024))
    return make.write(data, "thing-1.0.tar.gz")


@case
def tar_crowd(make: Making) -> Path:
    """Hundreds of thousands of members."""
    data = _heads(("thing-1.0/PKG-INFO", 0)) * 300_000 + bytes(1024)
    return make.write(gzip.compress(data, 1), "thing-1.0.tar.gz")


@case
def tar_headers(make: Making) -> Path:
    """Headers of tar that claim any size, name anything, and say what they like."""
    info = tarfile.TarInfo("thing-1.0/PKG-INFO")
    odd = tarfile.TarInfo("/".join(make.rng.choice(["..", "x", *NASTY[:5]]) for _ in range(3)))
    odd.type = make.rng.choice([b"1", b"2", b"3", b"4", b"6", b"7", b"S", b"x", b"g", b"L", b"\x1b"])
    odd.linkname = "../../../etc/passwd"
    odd.pax_headers = {"path": make.rng.choice(NASTY[:5]), "mtime": "nan", "size": "1e9"}
    path = _tar(make, [(odd, b""), (info, b"Name: thing\n")], squeeze="")
    data = bytearray(path.read_bytes())
    at = 512 * make.rng.randrange(len(data) // 512)
    if make.rng.random() < 1 / 2:
        data[at + 124 : at + 136] = make.rng.choice(
            [b"\x80" + bytes(3) + b"\xff" * 8, b"77777777777\0", b"-1".ljust(12)]
        )
    path.write_bytes(bytes(data))
    return path


def _file(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"thing-1.0/{name}")
    info.type, info.linkname = kind, target
    return info


def _project(text: str) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Give the members of an sdist that pyz3 builds."""
    nasty = {"pyproject.toml": text, "thing/__init__.py": "", "PKG-INFO": _METADATA}
    return [(_file(name), said.encode("utf-8", "surrogateescape")) for name, said in nasty.items()]


_BACKEND = '[build-system]\nrequires = ["pyz3==0.1.*"]\nbuild-backend = "pyz3.backend"\n'
_NAMED = f'{_BACKEND}[project]\nname = "thing"\nversion = "1.0"\n'


@case
def tar_links(make: Making) -> Path:
    """Links to anywhere, devices, pipes, names that are there twice or lie below a link."""
    pick = make.rng.choice
    targets = [
        "..",
        "../..",
        "/etc",
        "/dev/zero",
        str(make.outside),
        "thing",
        "loop",
        "../thing-1.0/a",
        NASTY[0],
    ]
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.REGTYPE]
    odd = []
    for _ in range(make.rng.randint(1, 8)):
        name = pick(["a", "a/x", "loop", "loop/x", "thing", "thing/__init__.py", "../x", f"{make.outside}/x"])
        odd.append((_file(name, pick(kinds), pick(targets)), b""))
    members = [*odd, *_project(_NAMED)] if make.rng.random() < 1 / 2 else [*_project(_NAMED), *odd]
    return _tar(make, members)


@case
def project(make: Making) -> Path:
    """An sdist whose pyproject.toml leads outside, commands terminals, or is costly to understand."""
    nasty = make.rng.choice(NASTY).encode("unicode_escape").decode().replace("\\x", "\\u00")
    nasty = nasty.replace("\\udcff", "\\ufffd")
    outside = make.rng.choice(
        ["../../outside/x", f"{make.outside}/x", "/etc/passwd", "/dev/zero", f"x{nasty}"]
    )
    module = f'[[tool.pyz3.extensions]]\nname = "thing.{make.rng.choice(["_m", "_m/../../x", nasty])}"\n'
    text = make.rng.choice([
        f'{_BACKEND}[project]\nname = "{nasty}"\nversion = "1.0"\n',
        f'{_BACKEND}[project]\nname = "thing"\nversion = "{nasty}"\n',
        f'{_BACKEND}[project]\nname = "thing"\nversion = "{"1" * 5000}"\n',
        f'{_NAMED}description = "{nasty}"\nreadme = "{outside}"\n',
        f'{_NAMED}license = "{nasty}"\nlicense-files = ["{outside}", "**/*", "../*"]\n',
        f'{_NAMED}dependencies = ["{nasty}", "x @ file://{outside}"]\n',
        f'{_NAMED}dependencies = ["x; {"(" * 3000}"]\n',
        f'{_NAMED}[project.scripts]\n"../../x" = "thing:main"\n"{nasty}" = "{nasty}"\n',
        f'{_NAMED}{module}sources = ["{outside}"]\n',
        f'{_NAMED}{module}sources = ["thing/*.c"]\ninclude-dirs = ["{outside}"]\n',
        f'{_NAMED}[tool.pyz3]\n"{nasty}" = 1\nexclude = ["{nasty}", "{"[" * 3000}"]\n',
        f"{_NAMED}x = {'[' * 100_000}\n",
        _NAMED + "".join(f"[x.{'y.' * 500}z{n}]\n" for n in range(2000)),
        f'{_NAMED}x = "{"x" * 30_000_000}"\n',
        f'[build-system]\nrequires = ["{nasty}"]\nbuild-backend = "{nasty}"\nbackend-path = ["{outside}"]\n',
        "\0" * 999,
        nasty,
    ])  # fmt: skip
    return _tar(make, _project(text))
