"""What to do about what a compiler or linker did not find, or found twice.  Pure.

The tables name what real projects include and zig cannot carry: frameworks of an SDK, headers of other
systems, of other compilers, and of libraries.
"""

from __future__ import annotations

import re

from pyz3.driver.libstdcxx import libstdcxx_header_advice, missing_name_advice

_NOT_FOUND = re.compile(
    r"error: '(?P<clang>[^']+)' file not found|error: (?P<gcc>[^\s:]+): No such file or directory"
)

# Apple's frameworks that have C headers; one of them stands before the slash.
_FRAMEWORK = re.compile(
    r"(?P<name>AVFoundation|Accelerate|AppKit|ApplicationServices|AudioToolbox|AudioUnit|CFNetwork|Carbon|Cocoa"
    r"|ColorSync|Core(Audio|Bluetooth|Data|Foundation|Graphics|Image|Location|MIDI|Media|Services|Text|Video|WLAN)"
    r"|CryptoTokenKit|DiskArbitration|ForceFeedback|Foundation|GLKit|GLUT|GSS|GameController|IOBluetooth|IOKit"
    r"|IOSurface|ImageIO|Kerberos|LDAP|LocalAuthentication|Metal(Kit|PerformanceShaders)?|Network|OpenAL|OpenCL"
    r"|OpenDirectory|OpenGL|PCSC|QuartzCore|QuickLook|Security|ServiceManagement|SystemConfiguration|VideoToolbox"
    r"|Virtualization|WebKit|vecLib|vmnet)/.+"
)
# Of Visual Studio, and neither of the Windows SDK nor of mingw.
_VISUAL_STUDIO = re.compile(
    r"(?i)(afx\w*|agents|amp\w*|atl\w*|cliext/.+|concrt\w*|cor|corhdr|corecrt_\w+|eh|isa_availability|metahost"
    r"|msclr/.+|mscoree|ppl\w*|safeint|use_ansi|vccorlib|vcruntime\w*|wil/.+|winrt/.+|xkeycheck|yvals\w*)\.h(pp)?"
)
_KERNEL = re.compile(r"(asm|asm-generic|drm|linux|misc|mtd|rdma|scsi|sound|video|xen)/.+")
_LINUX = re.compile(
    r"(byteswap|crypt|endian|error|features|gnu/libc-version|malloc|mntent|netpacket/packet|pty|syscall|threads"
    r"|utmp|values|sys/(epoll|eventfd|fanotify|fsuid|inotify|personality|prctl|sendfile|signalfd|statfs|syscall"
    r"|sysinfo|sysmacros|timerfd|vfs))\.h"
)
_GLIBC = re.compile(
    r"(argp|error|execinfo|fpu_control|fts|gconv|gnu/libc-version|gshadow|mcheck|nss|obstack|printf|rpc/rpc"
    r"|sys/sysctl|thread_db)\.h"
)
_POSIX = re.compile(
    r"(arpa|bits|gnu|mach|mach-o|machine|net|netinet|rpc|sys)/.+"
    r"|(aio|alloca|byteswap|dlfcn|endian|err|execinfo|fnmatch|ftw|glob|grp|iconv|ifaddrs|langinfo|libproc|mqueue"
    r"|ndbm|netdb|nl_types|paths|poll|pty|pwd|regex|resolv|sgtty|spawn|syscall|sysexits|syslog|termio|termios"
    r"|ucontext|ulimit|utmp|utmpx|wordexp)\.h"
)
_WINDOWS = re.compile(
    r"(?i)(accctrl|aclapi|bcrypt|conio|crtdbg|dbghelp|direct|intrin|iphlpapi|lmcons|mmsystem|ntsecapi|ntstatus"
    r"|objbase|psapi|sdkddkver|shellapi|shlobj|shlwapi|tchar|tlhelp32|versionhelpers|winbase|wincrypt|windef"
    r"|windows|winerror|wingdi|winioctl|winnt|winreg|winsock2?|winternl|winuser|ws2tcpip)\.h"
)

_ELSEWHERE = "it is a header of {}; the code that includes it is meant for another platform"
_POSIX_ONLY = "it is a header of POSIX systems; the code that includes it is not written for {}"
_SDK = "set SDKROOT to the folder of a macOS SDK (MacOSX.sdk)"
# On which platforms, which headers, what to do. The first that fits counts.
_RULES = (
    (
        "linux macos musllinux pyodide windows",
        re.compile(r"omp\.h"),
        "it belongs to OpenMP, which zig has no runtime for; does the project have a switch for it?",
    ),
    ("macos", _FRAMEWORK, f"it is part of Apple's framework {{name}}; {_SDK}"),
    ("linux musllinux pyodide windows", _FRAMEWORK, _ELSEWHERE.format("macOS")),
    (
        "windows",
        _VISUAL_STUDIO,
        "it is a header of Visual Studio; zig builds with mingw's, which have none like it",
    ),
    ("windows", _KERNEL, _ELSEWHERE.format("Linux")),
    ("windows", _POSIX, _POSIX_ONLY.format("Windows")),
    (
        "musllinux",
        _GLIBC,
        "it is a header of glibc and musl has none like it; leave out the code that includes it",
    ),
    ("linux musllinux", _KERNEL, "zig's kernel headers lack it; name a folder that has it (include-dirs)"),
    ("macos pyodide", _KERNEL, _ELSEWHERE.format("Linux")),
    ("macos", _LINUX, _ELSEWHERE.format("Linux")),
    ("macos", _POSIX, f"zig does not carry it; if macOS has it, {_SDK}"),
    ("pyodide", _POSIX, _POSIX_ONLY.format("WebAssembly")),
    ("linux macos musllinux pyodide", _WINDOWS, _ELSEWHERE.format("Windows")),
)

# Header, or its folder, → the library, as its own site calls it.
_LIBRARIES = {
    "GL/": "OpenGL (Mesa)",
    "X11/": "Xlib",
    "alsa/": "ALSA",
    "ares.h": "c-ares",
    "boost/": "Boost",
    "brotli/": "Brotli",
    "bzlib.h": "bzip2",
    "cairo.h": "cairo",
    "cblas.h": "a BLAS",
    "cups/": "CUPS",
    "curl/": "libcurl",
    "curses.h": "ncurses",
    "dbus/": "D-Bus",
    "db.h": "Berkeley DB",
    "editline/": "libedit",
    "Eigen/": "Eigen",
    "ev.h": "libev",
    "event2/": "libevent",
    "expat.h": "expat",
    "ffi.h": "libffi",
    "ffi/": "libffi",
    "fftw3.h": "FFTW",
    "freetype/": "FreeType",
    "ft2build.h": "FreeType",
    "gdal.h": "GDAL",
    "gdbm.h": "GDBM",
    "geos_c.h": "GEOS",
    "glib.h": "GLib",
    "gmp.h": "GMP",
    "gsl/": "GSL",
    "gssapi.h": "Kerberos (GSSAPI)",
    "gssapi/": "Kerberos (GSSAPI)",
    "hdf5.h": "HDF5",
    "hidapi.h": "hidapi",
    "hiredis/": "hiredis",
    "jpeglib.h": "libjpeg",
    "krb5.h": "Kerberos",
    "lapacke.h": "a LAPACK",
    "lber.h": "OpenLDAP",
    "lcms2.h": "Little CMS",
    "ldap.h": "OpenLDAP",
    "leveldb/": "LevelDB",
    "libpq-fe.h": "libpq (PostgreSQL)",
    "librdkafka/": "librdkafka",
    "libssh/": "libssh",
    "libusb.h": "libusb",
    "libusb-1.0/": "libusb",
    "libxml/": "libxml2",
    "libxslt/": "libxslt",
    "lmdb.h": "LMDB",
    "lz4.h": "LZ4",
    "lzma.h": "liblzma (XZ)",
    "lzo/": "LZO",
    "magic.h": "libmagic",
    "mpc.h": "MPC",
    "mpfr.h": "MPFR",
    "mysql.h": "MySQL's client",
    "mysql/": "MySQL's client",
    "ncurses.h": "ncurses",
    "netcdf.h": "netCDF",
    "nghttp2/": "nghttp2",
    "nlohmann/": "nlohmann/json",
    "openssl/": "OpenSSL",
    "pango/": "Pango",
    "pcap.h": "libpcap",
    "pcap/": "libpcap",
    "pcre.h": "PCRE",
    "pcre2.h": "PCRE2",
    "png.h": "libpng",
    "portaudio.h": "PortAudio",
    "proj.h": "PROJ",
    "pulse/": "PulseAudio",
    "readline/": "GNU Readline",
    "rocksdb/": "RocksDB",
    "sasl/": "Cyrus SASL",
    "SDL.h": "SDL",
    "SDL2/": "SDL",
    "secp256k1.h": "libsecp256k1",
    "security/": "PAM",
    "selinux/": "libselinux",
    "snappy-c.h": "Snappy",
    "snappy.h": "Snappy",
    "sndfile.h": "libsndfile",
    "sodium.h": "libsodium",
    "sql.h": "unixODBC",
    "sqlext.h": "unixODBC",
    "sqlite3.h": "SQLite",
    "systemd/": "libsystemd",
    "tcl.h": "Tcl",
    "term.h": "ncurses",
    "tiff.h": "libtiff",
    "tiffio.h": "libtiff",
    "tk.h": "Tk",
    "unicode/": "ICU",
    "uuid/": "libuuid",
    "uv.h": "libuv",
    "webp/": "libwebp",
    "xxhash.h": "xxHash",
    "yaml.h": "libyaml",
    "zlib.h": "zlib",
    "zmq.h": "ZeroMQ",
    "zstd.h": "Zstandard",
}
# Headers that a Python package brings: they belong into build-system.requires.
_PACKAGES = {
    "gmpy2.h": "gmpy2",
    "greenlet/": "greenlet",
    "nanobind/": "nanobind",
    "numpy/": "numpy",
    "pybind11/": "pybind11",
    "torch/": "torch",
}
_TWICE = re.compile(r"duplicate symbol: (?P<name>.+)\n.*defined at (?P<one>.+)\n.*defined at (?P<other>.+)")
# clang's assembler; what an include of the assembler's own names is looked for likewise.
_NO_INCBIN = re.compile(r"error: Could not find (?P<kind>incbin|include) file '(?P<file>[^']+)'")
_NO_FRAMEWORK = re.compile(r"unable to find framework '([^']+)'")
_NOT_LINKED = re.compile(r"unable to find (?:dynamic|static) system library '([^']+)'")


def compile_advice(output: str, platform: str) -> tuple[str, ...]:
    """Say what to do about all that a failed compile or link did not find, or found twice.

    Args:
        output: What compiler and linker printed.
        platform: The name of a platform: ``macos-arm64``.
    """
    found = [missing_header_advice(header, platform) for header in missing_headers(output)]
    found += [
        missing_library_advice(output, platform),
        _twice_advice(output, platform),
        *_incbin_advice(output),
    ]
    if not any(found):
        found.append(_spelled_advice(output))
    return (*dict.fromkeys(filter(None, found)), *missing_name_advice(output, platform))


def missing_headers(output: str) -> tuple[str, ...]:
    """Give the headers that a compiler's output says it did not find, each once, in order."""
    names = (match["clang"] or match["gcc"] for match in _NOT_FOUND.finditer(output))
    return tuple(dict.fromkeys(names))


def _incbin_advice(output: str) -> list[str]:
    """Say where the assembler looks for the files that it is to read."""
    return [
        f"{match['file']} was not found: what .{match['kind']} names is looked for in the folders of headers "
        "(include-dirs), and not beside the source"
        for match in _NO_INCBIN.finditer(output)
    ]


def _spelled_advice(output: str) -> str | None:
    """Say how names of a project's own headers count; None: none seems to be spelled otherwise."""
    odd = [
        header
        for header in missing_headers(output)
        if "\\" in header or (header != header.lower() and f'#include "{header}"' in output)
    ]
    if not odd:
        return None
    return (
        f"{', '.join(odd)}: an #include counts as it is written, on every platform: in the letters (upper or "
        "lower case) of the file's name, and with / between folders"
    )


def missing_library_advice(output: str, platform: str) -> str | None:
    """Say what to do about a library that zig says it did not find; None if it says so of none.

    Args:
        output: What zig printed.
        platform: The name of a platform: ``macos-arm64``.
    """
    frameworks = dict.fromkeys(_NO_FRAMEWORK.findall(output))
    if frameworks:
        listed = ", ".join(frameworks)
        return f"Apple's framework {listed} was not found for {platform}: zig carries none; {_SDK}"
    names = dict.fromkeys(_NOT_LINKED.findall(output))
    if not names:
        return None
    listed = ", ".join(name if name.startswith("lib") else f"lib{name}" for name in names)
    return (
        f"{listed} was not found for {platform}: it is an external library; build it from source as a part "
        "of the project, or name a folder with its static library for this platform (library-dirs)"
    )


def missing_header_advice(header: str, platform: str) -> str | None:
    """Say what ``header`` is and what to do about it on ``platform``.

    Args:
        header: As the source spells it: ``openssl/ssl.h``.
        platform: The name of a platform: ``macos-arm64``.

    Returns:
        A sentence that names both; None for a header that nothing is known of, which will be one of the
        project's own.
    """
    advice = libstdcxx_header_advice(header) or _of_a_system(header, platform.partition("-")[0])
    if not advice and (package := _lookup(_PACKAGES, header)):
        advice = f"the package {package} brings it, which belongs into build-system.requires"
    if not advice and (library := _lookup(_LIBRARIES, header)):
        advice = (
            f"it belongs to {library}, an external library; build that from source as a part of the project, "
            "or name folders with its headers and static library for this platform "
            "(include-dirs, library-dirs)"
        )
    return f"<{header}> was not found for {platform}: {advice}" if advice else None


def _twice_advice(output: str, platform: str) -> str | None:
    """Say what to do about a symbol that two objects define."""
    match = _TWICE.search(output)
    if match is None:
        return None
    one, other = (match[part].replace("\\", "/").rpartition("/")[2] for part in ("one", "other"))
    advice = "make it static, or leave one of them out"
    if platform.startswith("windows"):
        advice = (
            "where a header makes it inline for C++, and C defines it, make it static inline; "
            "or leave one of them out"
        )
    return f"{match['name']} is defined in {one} and in {other}: {advice}"


def _of_a_system(header: str, family: str) -> str:
    for families, headers, advice in _RULES:
        if family in families.split() and (match := headers.fullmatch(header)):
            return advice.format(**match.groupdict())
    return ""


def _lookup(table: dict[str, str], header: str) -> str:
    """The entry for a header, or for the folder that it is in."""
    folder, slash, _ = header.partition("/")
    return table.get(header) or table.get(folder + slash if slash else "", "")
