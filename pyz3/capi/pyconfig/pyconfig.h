/* pyz3's pyconfig.h: one for every platform and every CPython from 3.9 to 3.15.
 *
 * CPython's other headers are the same everywhere; this file is what its configure script (POSIX)
 * or PC/pyconfig.h (Windows) would have found out.  Here the compiler's predefined macros say it.
 * Listed is what CPython's headers ask for, and of the rest what extension modules often ask for;
 * nothing that no real one defines.
 * tests/integration/test_capi_pyconfig.py compares it with real ones and explains differences.
 *
 * Free threading is not decided here: a build for 3.13t passes -DPy_GIL_DISABLED=1. */
#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

#ifndef PY_VERSION_HEX /* included before Python.h, as some modules do */
#include "patchlevel.h"
#endif

/* ---- The C library shows everything it has: these must come before any system header. ---- */

#if !defined(_WIN32)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#ifndef __EXTENSIONS__
#define __EXTENSIONS__ 1
#endif
#ifndef __BSD_VISIBLE
#define __BSD_VISIBLE 1
#endif
#ifndef _NETBSD_SOURCE
#define _NETBSD_SOURCE 1
#endif
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE 1
#endif
#ifndef _REENTRANT
#define _REENTRANT 1
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#ifndef _LARGEFILE_SOURCE
#define _LARGEFILE_SOURCE 1
#endif
#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
/* On macOS these two would hide what is Apple's own. */
#if !defined(__APPLE__)
#ifndef _POSIX_C_SOURCE
#if PY_VERSION_HEX >= 0x030F0000
#define _POSIX_C_SOURCE 202405L
#else
#define _POSIX_C_SOURCE 200809L
#endif
#endif
#ifndef _XOPEN_SOURCE
#if PY_VERSION_HEX >= 0x030F0000
#define _XOPEN_SOURCE 800
#else
#define _XOPEN_SOURCE 700
#endif
#endif
#endif
#endif

#if defined(__linux__)
#include <features.h> /* __GLIBC__ tells glibc from musl */
#endif

/* ---- Sizes and alignments: the compiler knows them. ---- */

#define SIZEOF_SHORT __SIZEOF_SHORT__
#define SIZEOF_INT __SIZEOF_INT__
#define SIZEOF_LONG __SIZEOF_LONG__
#define SIZEOF_LONG_LONG __SIZEOF_LONG_LONG__
#define SIZEOF_FLOAT __SIZEOF_FLOAT__
#define SIZEOF_DOUBLE __SIZEOF_DOUBLE__
#define SIZEOF_LONG_DOUBLE __SIZEOF_LONG_DOUBLE__
#define SIZEOF_VOID_P __SIZEOF_POINTER__
#define SIZEOF_UINTPTR_T __SIZEOF_POINTER__
#define SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#define SIZEOF_WCHAR_T __SIZEOF_WCHAR_T__
#define SIZEOF__BOOL 1
#define ALIGNOF_LONG __SIZEOF_LONG__
#define ALIGNOF_SIZE_T __SIZEOF_SIZE_T__

#if defined(_WIN64)
#define SIZEOF_PID_T 8 /* mingw's pid_t is __int64 there; MSVC has none */
#else
#define SIZEOF_PID_T 4
#endif

#if defined(_WIN32)
#define LONG_BIT 32
#define SIZEOF_OFF_T 4
#define SIZEOF_FPOS_T 8
#define SIZEOF_TIME_T 8
#define SIZEOF_HKEY __SIZEOF_POINTER__
#else
#define SIZEOF_OFF_T 8 /* _FILE_OFFSET_BITS */
#define SIZEOF_PTHREAD_T __SIZEOF_POINTER__
#if defined(__APPLE__)
#define SIZEOF_FPOS_T 8
#define SIZEOF_PTHREAD_KEY_T 8
#else
#define SIZEOF_FPOS_T 16
#define SIZEOF_PTHREAD_KEY_T 4
#define PTHREAD_KEY_T_IS_COMPATIBLE_WITH_INT 1
#endif
#if defined(__GLIBC__) && __SIZEOF_POINTER__ == 4 && !(defined(_TIME_BITS) && _TIME_BITS == 64)
#define SIZEOF_TIME_T 4
#else
#define SIZEOF_TIME_T 8
#endif
#endif

/* Files may be larger than a long can tell. */
#if SIZEOF_OFF_T > SIZEOF_LONG || defined(_WIN32)
#define HAVE_LARGEFILE_SUPPORT 1
#endif

/* Of the interpreter's compiler: MSVC has 8 even where mingw has 16.  macOS sets its own. */
#if defined(_WIN32)
#define ALIGNOF_MAX_ALIGN_T 8
#else
#define ALIGNOF_MAX_ALIGN_T __BIGGEST_ALIGNMENT__
#endif

/* ---- Numbers ---- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#define DOUBLE_IS_BIG_ENDIAN_IEEE754 1
#else
#define DOUBLE_IS_LITTLE_ENDIAN_IEEE754 1
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 2
#define X87_DOUBLE_ROUNDING 1
#endif
#if !defined(_WIN32)
#if defined(__x86_64__) || defined(__i386__)
#define HAVE_GCC_ASM_FOR_X87 1
#endif
#if defined(__x86_64__)
#define HAVE_GCC_ASM_FOR_X64 1
#endif
#if defined(__SIZEOF_INT128__)
#define HAVE_GCC_UINT128_T 1
#endif
#define HAVE_STD_ATOMIC 1
#define HAVE_BUILTIN_ATOMIC 1
#endif
#if defined(__WCHAR_UNSIGNED__) && !defined(_WIN32) /* PC/pyconfig.h has stopped to say it */
#define HAVE_USABLE_WCHAR_T 1
#endif

/* ---- How the interpreter was built: parts of it show in its headers' structures. ---- */

#define WITH_DOC_STRINGS 1
#define WITH_PYMALLOC 1
#define WITH_DECIMAL_CONTEXTVAR 1
#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000
#define WITH_FREELISTS 1
#endif
#if PY_VERSION_HEX >= 0x030D0000 && !defined(__EMSCRIPTEN__)
#define WITH_MIMALLOC 1
#endif
#if PY_VERSION_HEX >= 0x030E0000
#define Py_REMOTE_DEBUG 1
#define _Py_STACK_GROWS_DOWN 1
#endif
#if PY_VERSION_HEX >= 0x030C0000 && defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))
#define PY_HAVE_PERF_TRAMPOLINE 1
#endif
#if PY_VERSION_HEX >= 0x030F0000 && defined(__linux__)
#define _Py_HAVE_PR_SET_VMA_ANON_NAME 1
#define _Py_HAVE_LIBGCC_EH_FRAME_REGISTRATION 1
#endif
#if PY_VERSION_HEX < 0x030C0000 && !defined(_WIN32)
#define PY_FORMAT_SIZE_T "z"
#endif

/* ---- What every platform has ---- */

#define STDC_HEADERS 1
#define HAVE_DYNAMIC_LOADING 1

#define HAVE_ERRNO_H 1
#define HAVE_FCNTL_H 1
#define HAVE_SIGNAL_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_WCHAR_H 1

#define HAVE_CLOCK 1
#define HAVE_GETPID 1
#define HAVE_MKTIME 1
#define HAVE_SETVBUF 1
#define HAVE_STRFTIME 1
#define HAVE_WCSCOLL 1
#define HAVE_WCSFTIME 1
#define HAVE_WCSXFRM 1

#if PY_VERSION_HEX < 0x030B0000 /* C99's from then on */
#define HAVE_COPYSIGN 1
#define HAVE_DECL_ISFINITE 1
#define HAVE_DECL_ISINF 1
#define HAVE_DECL_ISNAN 1
#define HAVE_FINITE 1
#define HAVE_HYPOT 1
#define HAVE_LGAMMA 1
#define HAVE_ROUND 1
#define HAVE_TGAMMA 1
#endif
#if PY_VERSION_HEX < 0x030C0000
#define HAVE_STDARG_PROTOTYPES 1
#endif

/* ---- Windows (CPython's PC/pyconfig.h; the names MS_* are its own) ---- */

#if defined(_WIN32)

#include <io.h> /* PC/pyconfig.h includes it, so modules lean on it */

#define MS_WIN32 1
#define MS_WINDOWS 1
#if defined(_WIN64)
#define MS_WIN64 1
#endif
#define NT_THREADS 1

/* The C API comes from pythonXY.dll: PyAPI_DATA must say dllimport. */
#define HAVE_DECLSPEC_DLL 1
#define Py_ENABLE_SHARED 1
#define MS_COREDLL 1

/* CPython (3.13 on, free-threaded) reads the address of the thread's data with MSVC's __getReg(18).
 * mingw declares no such function; where clang knows it (-fms-extensions), a declaration is enough. */
#if defined(__aarch64__) && defined(Py_GIL_DISABLED) && defined(__clang__)
#ifdef __cplusplus
extern "C" {
#endif
#if __has_builtin(__getReg)
unsigned __int64 __getReg(int);
#else
static __inline__ unsigned __int64 __getReg(int number)
    __attribute__((unused, diagnose_if(number != 18, "only register 18 can be read", "error")));
static __inline__ unsigned __int64 __getReg(int number) {
  unsigned __int64 value;
  (void)number;
  __asm__ volatile("mov %0, x18" : "=r"(value));
  return value;
}
#endif
#ifdef __cplusplus
}
#endif
#endif

#define HAVE_CONIO_H 1
#define HAVE_DIRECT_H 1
#define HAVE_IO_H 1
#define HAVE_PROCESS_H 1
#define HAVE_STDDEF_H 1

/* ---- POSIX ---- */

#else

#define HAVE_SSIZE_T 1 /* elsewhere Py_ssize_t is intptr_t, as MSVC knows no ssize_t */
#define PY_COERCE_C_LOCALE 1
#define HAVE_PTHREAD_H 1
#if PY_VERSION_HEX < 0x030C0000
#define HAVE_MEMORY_H 1
#define RETSIGTYPE void
#define SYS_SELECT_WITH_SYS_TIME 1
#define TIME_WITH_SYS_TIME 1
#endif

#define HAVE_ALLOCA_H 1
#define HAVE_DIRENT_H 1
#define HAVE_DLFCN_H 1
#define HAVE_GRP_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LANGINFO_H 1
#define HAVE_NETDB_H 1
#define HAVE_NETINET_IN_H 1
#define HAVE_NET_IF_H 1
#define HAVE_POLL_H 1
#define HAVE_SCHED_H 1
#define HAVE_SPAWN_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDIO_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRINGS_H 1
#define HAVE_STRING_H 1
#define HAVE_SYSLOG_H 1
#define HAVE_SYS_FILE_H 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_MMAN_H 1
#define HAVE_SYS_PARAM_H 1
#define HAVE_SYS_POLL_H 1
#define HAVE_SYS_RESOURCE_H 1
#define HAVE_SYS_SELECT_H 1
#define HAVE_SYS_SOCKET_H 1
#define HAVE_SYS_STATVFS_H 1
#define HAVE_SYS_TIMES_H 1
#define HAVE_SYS_TIME_H 1
#define HAVE_SYS_UIO_H 1
#define HAVE_SYS_UN_H 1
#define HAVE_SYS_UTSNAME_H 1
#define HAVE_SYS_WAIT_H 1
#define HAVE_TERMIOS_H 1
#define HAVE_UNISTD_H 1
#define HAVE_UTIME_H 1

#define HAVE_ACOSH 1
#define HAVE_ADDRINFO 1
#define HAVE_ALARM 1
#define HAVE_ASINH 1
#define HAVE_ATANH 1
#define HAVE_CHMOD 1
#define HAVE_CHOWN 1
#define HAVE_CLOCK_GETRES 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_DECL_RTLD_GLOBAL 1
#define HAVE_DECL_RTLD_LAZY 1
#define HAVE_DECL_RTLD_LOCAL 1
#define HAVE_DECL_RTLD_NOW 1
#define HAVE_DIRFD 1
#define HAVE_DLOPEN 1
#define HAVE_DUP2 1
#define HAVE_ERF 1
#define HAVE_ERFC 1
#define HAVE_EXECV 1
#define HAVE_EXPM1 1
#define HAVE_FCHMOD 1
#define HAVE_FCHOWN 1
#define HAVE_FORK 1
#define HAVE_FSEEKO 1
#define HAVE_FSYNC 1
#define HAVE_FTELLO 1
#define HAVE_FTRUNCATE 1
#define HAVE_GETADDRINFO 1
#define HAVE_GETC_UNLOCKED 1
#define HAVE_GETHOSTBYNAME 1
#define HAVE_GETNAMEINFO 1
#define HAVE_GETPAGESIZE 1
#define HAVE_GETPEERNAME 1
#define HAVE_GETPPID 1
#define HAVE_GETRUSAGE 1
#define HAVE_INET_ATON 1
#define HAVE_INET_PTON 1
#define HAVE_KILL 1
#define HAVE_LINK 1
#define HAVE_LOG1P 1
#define HAVE_LOG2 1
#define HAVE_LONG_DOUBLE 1
#define HAVE_LSTAT 1
#define HAVE_MKDIRAT 1
#define HAVE_MKFIFO 1
#define HAVE_MMAP 1
#define HAVE_NANOSLEEP 1
#define HAVE_NICE 1
#define HAVE_OPENAT 1
#define HAVE_PAUSE 1
#define HAVE_PIPE 1
#define HAVE_POLL 1
#define HAVE_POSIX_SPAWN 1
#define HAVE_PREAD 1
#define HAVE_PTHREAD_SIGMASK 1
#define HAVE_PWRITE 1
#define HAVE_READLINK 1
#define HAVE_READV 1
#define HAVE_REALPATH 1
#define HAVE_SENDFILE 1
#define HAVE_SETLOCALE 1
#define HAVE_SIGACTION 1
#define HAVE_SIGALTSTACK 1
#define HAVE_SIGFILLSET 1
#define HAVE_SIGINTERRUPT 1
#define HAVE_SIGPENDING 1
#define HAVE_SIGRELSE 1
#define HAVE_SIGWAIT 1
#define HAVE_SNPRINTF 1
#define HAVE_SOCKADDR_STORAGE 1
#define HAVE_SOCKETPAIR 1
#define HAVE_STATVFS 1
#define HAVE_STRSIGNAL 1
#define HAVE_STRUCT_PASSWD_PW_GECOS 1
#define HAVE_STRUCT_PASSWD_PW_PASSWD 1
#define HAVE_STRUCT_STAT_ST_BLKSIZE 1
#define HAVE_STRUCT_STAT_ST_BLOCKS 1
#define HAVE_STRUCT_STAT_ST_RDEV 1
#define HAVE_STRUCT_TM_TM_ZONE 1
#define HAVE_SYMLINK 1
#define HAVE_SYSCONF 1
#define HAVE_TIMEGM 1
#define HAVE_TIMES 1
#define HAVE_TM_ZONE 1
#define HAVE_TRUNCATE 1
#define HAVE_UNAME 1
#define HAVE_UNLINKAT 1
#define HAVE_UTIMES 1
#define HAVE_WAITPID 1
#define HAVE_WORKING_TZSET 1
#define HAVE_WRITEV 1

#if defined(__APPLE__)

#define HAVE_DEV_RANDOM 1
#define HAVE_KQUEUE 1
#define HAVE_SOCKADDR_SA_LEN 1
#define HAVE_STRUCT_STAT_ST_BIRTHTIME 1
#define HAVE_STRUCT_STAT_ST_FLAGS 1
#define HAVE_SYS_EVENT_H 1
#define HAVE_SYS_SYSCTL_H 1
#define HAVE_UTIL_H 1

#else

#define HAVE_ENDIAN_H 1
#define HAVE_MREMAP 1
#define HAVE_PIPE2 1
#define HAVE_PTHREAD_CONDATTR_SETCLOCK 1
#define HAVE_PTHREAD_GETCPUCLOCKID 1
#define HAVE_SEM_TIMEDWAIT 1
#define HAVE_SIGTIMEDWAIT 1
#define HAVE_SIGWAITINFO 1
#define PTHREAD_SYSTEM_SCHED_SUPPORTED 1

#endif

#if defined(__linux__)

#define HAVE_ACCEPT4 1
#define HAVE_DUP3 1
#define HAVE_EPOLL 1
#define HAVE_EPOLL_CREATE1 1
#define HAVE_EVENTFD 1
#define HAVE_MEMRCHR 1
#define HAVE_POSIX_FADVISE 1
#define HAVE_POSIX_FALLOCATE 1
#define HAVE_PRLIMIT 1
#define HAVE_SCHED_SETAFFINITY 1
#define HAVE_SYS_EPOLL_H 1
#define HAVE_SYS_EVENTFD_H 1
#define HAVE_SYS_RANDOM_H 1
#define HAVE_SYS_SENDFILE_H 1
#define HAVE_SYS_SYSCALL_H 1
#if PY_VERSION_HEX >= 0x030D0000
#define HAVE_PROCESS_VM_READV 1
#endif
#if defined(__GLIBC__)
#define HAVE_LINUX_NETLINK_H 1
#if PY_VERSION_HEX >= 0x030E0000
#define HAVE_BACKTRACE 1
#define HAVE_EXECINFO_H 1
#endif
#endif

#endif
#endif

/* ---- Emscripten: what Pyodide's own pyconfig.h has otherwise. ---- */

#if defined(__EMSCRIPTEN__)

#undef ALIGNOF_MAX_ALIGN_T
#define ALIGNOF_MAX_ALIGN_T 8

#define HAVE_ACCEPT4 1
#define HAVE_DUP3 1
#define HAVE_MEMRCHR 1
#define HAVE_POSIX_FADVISE 1
#define HAVE_SYS_RANDOM_H 1
#define HAVE_SYS_SYSCALL_H 1
#if PY_VERSION_HEX >= 0x030D0000
#define WITH_MIMALLOC 1
#endif

#undef WITH_PYMALLOC
#undef _Py_STACK_GROWS_DOWN
#undef HAVE_ALARM
#undef HAVE_GETRUSAGE
#undef HAVE_LINK
#undef HAVE_MKFIFO
#undef HAVE_NICE
#undef HAVE_PIPE2
#undef HAVE_POSIX_SPAWN
#undef HAVE_SEM_TIMEDWAIT
#undef HAVE_SENDFILE
#undef HAVE_SIGACTION
#undef HAVE_SIGRELSE
#undef HAVE_SOCKETPAIR
#undef HAVE_SYS_UN_H
#undef HAVE_WORKING_TZSET
#if PY_VERSION_HEX < 0x030E0000
#undef HAVE_LARGEFILE_SUPPORT
#undef HAVE_SYS_IOCTL_H
#endif
#if PY_VERSION_HEX < 0x030D0000
#undef HAVE_WCSFTIME
#endif

#endif

#endif
