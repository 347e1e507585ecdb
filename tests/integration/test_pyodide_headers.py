"""The header overlay against Emscripten's own headers, as Debian packages them.

Each probe is compiled with both sets of headers; what differs stands below, with the reason.
Debian's version lies between those of two Pyodides; what Emscripten changed since is seen at run
time (test_pyodide_run.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from runtimes import missing, runtimes_dir

from pyz3.capi.emscripten import c_flags, cxx_flags, emscripten_abis, system_include_dirs

ZIG = (sys.executable, "-m", "ziglang")
EMSCRIPTEN = "3.1.69"


def words(text: str) -> list[str]:
    return text.split()


HEADERS = words("""alloca.h arpa/inet.h assert.h byteswap.h complex.h cpio.h ctype.h dirent.h dlfcn.h
 endian.h err.h errno.h fcntl.h features.h fenv.h float.h fnmatch.h ftw.h getopt.h glob.h grp.h iconv.h
 ifaddrs.h inttypes.h langinfo.h libgen.h limits.h locale.h malloc.h math.h mntent.h monetary.h
 net/if.h netdb.h netinet/in.h netinet/tcp.h netinet/udp.h nl_types.h paths.h poll.h pthread.h pwd.h
 regex.h sched.h search.h semaphore.h setjmp.h shadow.h signal.h spawn.h stdalign.h stdarg.h stdbool.h
 stddef.h stdint.h stdio.h stdio_ext.h stdlib.h string.h strings.h sys/file.h sys/ioctl.h sys/mman.h
 sys/param.h sys/random.h sys/resource.h sys/select.h sys/socket.h sys/stat.h sys/statfs.h sys/statvfs.h
 sys/time.h sys/timeb.h sys/times.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h sysexits.h
 syslog.h termios.h threads.h time.h uchar.h ucontext.h ulimit.h unistd.h utime.h wchar.h wctype.h
 wordexp.h""")

STRUCTURES = {
    "struct addrinfo": "ai_flags ai_family ai_socktype ai_protocol ai_addrlen ai_addr ai_canonname ai_next",
    "struct dirent": "d_ino d_off d_reclen d_type d_name",
    "struct flock": "l_type l_whence l_start l_len l_pid",
    "struct group": "gr_name gr_gid gr_mem",
    "struct hostent": "h_name h_aliases h_addrtype h_length h_addr_list",
    "struct ifaddrs": "ifa_next ifa_name ifa_flags ifa_addr",
    "struct iovec": "iov_base iov_len",
    "struct itimerval": "it_interval it_value",
    "struct lconv": "decimal_point int_n_sign_posn",
    "struct linger": "l_onoff l_linger",
    "struct msghdr": "msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen msg_flags",
    "struct passwd": "pw_name pw_uid pw_gid pw_dir pw_shell",
    "struct pollfd": "fd events revents",
    "struct rlimit": "rlim_cur rlim_max",
    "struct rusage": "ru_utime ru_stime ru_maxrss ru_nivcsw",
    "struct sched_param": "sched_priority",
    "struct sigaction": "sa_handler sa_mask sa_flags",
    "struct sockaddr": "sa_family sa_data",
    "struct sockaddr_in": "sin_family sin_port sin_addr",
    "struct sockaddr_in6": "sin6_family sin6_port sin6_flowinfo sin6_addr sin6_scope_id",
    "struct sockaddr_storage": "ss_family",
    "struct sockaddr_un": "sun_family sun_path",
    "struct stat": "st_dev st_mode st_nlink st_uid st_gid st_rdev st_size st_blksize st_blocks st_atim"
    " st_mtim st_ctim st_ino",
    "struct statfs": "f_type f_bsize f_blocks f_bfree f_bavail f_files f_ffree f_fsid f_namelen"
    " f_frsize f_flags",
    "struct statvfs": "f_bsize f_frsize f_blocks f_bavail f_files f_fsid f_flag f_namemax",
    "struct termios": "c_iflag c_oflag c_cflag c_lflag c_cc",
    "struct timespec": "tv_sec tv_nsec",
    "struct timeval": "tv_sec tv_usec",
    "struct tm": "tm_sec tm_year tm_wday tm_yday tm_isdst tm_gmtoff tm_zone",
    "struct tms": "tms_utime tms_cstime",
    "struct utimbuf": "actime modtime",
    "struct utsname": "sysname nodename release version machine",
    "struct winsize": "ws_row ws_col",
    "siginfo_t": "si_signo si_errno si_code si_addr",
    "stack_t": "ss_sp ss_flags ss_size",
    "ucontext_t": "uc_flags uc_link uc_stack uc_mcontext uc_sigmask",
    "glob_t": "gl_pathc gl_pathv gl_offs",
    "regex_t": "re_nsub",
    "regmatch_t": "rm_so rm_eo",
    "lldiv_t": "quot rem",
    **dict.fromkeys(
        words("""fd_set fenv_t fexcept_t fpos_t jmp_buf sigjmp_buf max_align_t mbstate_t sem_t sigset_t
        cnd_t mtx_t once_flag thrd_t tss_t pthread_attr_t pthread_barrier_t pthread_barrierattr_t
        pthread_cond_t pthread_condattr_t pthread_key_t pthread_mutex_t pthread_mutexattr_t pthread_once_t
        pthread_rwlock_t pthread_rwlockattr_t pthread_spinlock_t pthread_t posix_spawnattr_t
        posix_spawn_file_actions_t wordexp_t"""),
        "",
    ),
}
# C++ writes a parameter's type into the function's name: signedness and long against int show too.
TYPES = words("""
 blkcnt_t blksize_t cc_t clock_t clockid_t dev_t double_t float_t fsblkcnt_t fsfilcnt_t gid_t id_t
 in_addr_t in_port_t ino_t int16_t int32_t int64_t int8_t
 int_fast16_t int_fast32_t int_fast64_t int_fast8_t
 int_least16_t int_least32_t int_least64_t intmax_t intptr_t key_t locale_t mode_t nfds_t nlink_t off_t
 off64_t pid_t ptrdiff_t register_t regoff_t rlim_t sa_family_t sighandler_t size_t socklen_t speed_t
 ssize_t suseconds_t tcflag_t time_t timer_t uid_t uint16_t uint32_t uint64_t uint8_t
 uint_fast16_t uint_fast32_t uintmax_t uintptr_t useconds_t wchar_t wctrans_t wctype_t wint_t""")

# Macros that only Emscripten has, or whose values differ, and why that is right.
DIFFERENT = {
    # Longer names of time zones than POSIX asks for; nothing has this size.
    "TZNAME_MAX",
    # Registers of a machine that is not there.
    *(
        f"REG_{name}"
        for name in words("CS DS EAX EBP EBX ECX EDI EDX EFL EIP ERR ES ESI ESP FS GS SS TRAPNO UESP")
    ),
}


def emscripten_headers() -> Path:
    """Emscripten's C headers, unpacked from Debian's package."""
    folder = runtimes_dir() / "include" / f"emscripten-{EMSCRIPTEN}"
    if not (folder / "bits" / "alltypes.h").is_file():
        missing(f"Emscripten's headers are missing ({folder}): run scripts/runtimes.sh include-emscripten")
    return folder


@cache
def zig_lib() -> Path:
    import ziglang  # noqa: PLC0415 - where the toolchain is

    assert ziglang.__file__ is not None
    return Path(ziglang.__file__).parent / "lib"


def flags(headers: str, *, cpp: bool = False) -> tuple[str, ...]:
    """The compiler's arguments with pyz3's headers or Emscripten's; their C library's macros are shown."""
    # Debian's Emscripten is of the series that Pyodide 0.27 was made with.
    ours = (cxx_flags if cpp else c_flags)(emscripten_abis()["2024_0"], zig_lib())
    if headers == "pyz3":
        return (*ours, "-D_GNU_SOURCE")
    libc = {str(folder) for folder in system_include_dirs(zig_lib())} - {str(zig_lib() / "include")}
    theirs: list[str] = []
    for option, value in zip(("", *ours), ours, strict=False):
        if value in libc:
            assert theirs.pop() == "-isystem"
        else:
            assert option != "-isystem" or value.startswith(str(zig_lib()))
            theirs.append(value)
    return (*theirs, "-isystem", str(emscripten_headers()), "-D_GNU_SOURCE")


def clang(source: str, *arguments: str, headers: str, cpp: bool = False) -> str:
    done = subprocess.run(
        [*ZIG, "clang", *flags(headers, cpp=cpp), "-x", "c++" if cpp else "c", *arguments, "-o", "-", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def includes() -> str:
    return "".join(f"#include <{name}>\n" for name in HEADERS)


def evaluate(expressions: list[str], headers: str) -> dict[str, int]:
    """Give the values of constant expressions."""
    probes = "".join(f"const long long probe_{i} = (long long)({e});\n" for i, e in enumerate(expressions))
    text = clang(includes() + probes, "-S", "-w", headers=headers)
    values = {
        int(match[1]): int(match[2] or 0)
        for match in re.finditer(r"^probe_(\d+):\n\s+(?:\.int64\s+(-?\d+)|\.skip\s+8)", text, re.MULTILINE)
    }
    assert len(values) == len(expressions)
    return {expression: values[i] for i, expression in enumerate(expressions)}


def macros(headers: str) -> dict[str, str]:
    """Give the object-like macros that the C library defines: name → text."""
    text = clang(includes(), "-dM", "-E", headers=headers)
    own = clang("", "-dM", "-E", headers=headers)
    found = dict(re.findall(r"^#define (\w+) (.+)$", text, re.MULTILINE))
    return {
        name: found[name] for name in found.keys() - set(re.findall(r"^#define (\w+)", own, re.MULTILINE))
    }


def test_sizes_and_offsets() -> None:
    expressions = [f"sizeof({name})" for name in STRUCTURES]
    expressions += [f"_Alignof({name})" for name in STRUCTURES]
    expressions += [
        f"__builtin_offsetof({name}, {field})" for name in STRUCTURES for field in STRUCTURES[name].split()
    ]
    assert len(expressions) > 250
    ours, theirs = evaluate(expressions, "pyz3"), evaluate(expressions, "emscripten")
    assert {e: (ours[e], theirs[e]) for e in expressions if ours[e] != theirs[e]} == {}


def test_types() -> None:
    source = includes() + "".join(f"void probe_{name}({name}) {{}}\n" for name in dict.fromkeys(TYPES))
    names = {}
    for headers in ("pyz3", "emscripten"):
        text = clang(source, "-S", "-w", headers=headers, cpp=True)
        names[headers] = re.findall(r"^(_Z\d+probe_\w+):", text, re.MULTILINE)
        assert len(names[headers]) == len(set(TYPES))
    assert names["pyz3"] == names["emscripten"]


def integers(found: dict[str, str], headers: str) -> dict[str, int]:
    """Of macros, those that are integer constants."""
    candidates = sorted(
        name
        for name, text in found.items()
        if re.fullmatch(r"[-+~()\w\s|<>*&^!]+", text)
        and not re.search(r"\b(sizeof|struct|void|extern)\b", text)
    )
    # A probe that does not compile names its line: leave that macro out, and try again.
    while True:
        probes = "".join(f'_Static_assert((long long)({name}) | 1, "");\n' for name in candidates)
        done = subprocess.run(
            [*ZIG, "clang", *flags(headers), "-x", "c", "-w", "-ferror-limit=0", "-fsyntax-only", "-"],
            input=includes() + probes,
            capture_output=True,
            text=True,
            check=False,
        )
        first = len(HEADERS) + 1
        bad = {
            int(line) - first for line in re.findall(r"^<stdin>:(\d+):\d+: error", done.stderr, re.MULTILINE)
        }
        if not bad:
            return evaluate(candidates, headers)
        candidates = [name for i, name in enumerate(candidates) if i not in bad]


def test_constants() -> None:
    ours, theirs = macros("pyz3"), macros("emscripten")
    our_values, their_values = integers(ours, "pyz3"), integers(theirs, "emscripten")
    common = our_values.keys() & their_values.keys()
    assert len(common) > 2000
    different = {name for name in common if our_values[name] != their_values[name]}
    public = {name for name in their_values.keys() - ours.keys() if not name.startswith("_")}
    assert sorted(different | public) == sorted(DIFFERENT)
