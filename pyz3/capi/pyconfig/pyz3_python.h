/* What Zig sources see as @import("python"): build.zig has zig translate this file. */
#define PY_SSIZE_T_CLEAN
/* CPython (3.14 on) asks with _Alignas(4) _Alignas(T): more than zig's translator understands.
 * The attribute never lowers an alignment, and pymacro.h leaves a definition alone. */
#define _Py_ALIGNED_DEF(N, T) __attribute__((aligned(N))) T
/* What clang knows by itself and zig's translator does not: mingw's <malloc.h>, CPython's object.h
 * (free-threaded) and glibc's <setjmp.h> rely on it. */
#if defined(_WIN32) && defined(__i386__) && !defined(_X86_)
#define _X86_ 1
#elif defined(_WIN32) && defined(__aarch64__)
unsigned long long __getReg(int);
#elif defined(__riscv) && !defined(__riscv_float_abi_double)
#define __riscv_float_abi_double 1
#endif
/* From 3.12 on the bodies of these two are more than zig's translator understands: assembly, atomic
 * operations, arrays in unions.  They are hidden under other names, and call CPython's functions. */
#include <patchlevel.h>
#if PY_VERSION_HEX >= 0x030C0000
struct _object;
static inline void Py_INCREF(struct _object *object);
static inline void Py_DECREF(struct _object *object);
#define Py_INCREF pyz3_header_INCREF
#define Py_DECREF pyz3_header_DECREF
#endif
#include <Python.h>
#if PY_VERSION_HEX < 0x030C0000
#include <structmember.h> /* T_INT, READONLY, ...; Python.h has Py_T_INT, Py_READONLY from 3.12 on */
#else
#undef Py_INCREF
#undef Py_DECREF
static inline void Py_INCREF(PyObject *object) { Py_IncRef(object); }
static inline void Py_DECREF(PyObject *object) { Py_DecRef(object); }
#endif
