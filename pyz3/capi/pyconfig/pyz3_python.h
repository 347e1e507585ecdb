/* What Zig sources see as @import("python"): build.zig has zig translate this file. */
#define PY_SSIZE_T_CLEAN
/* CPython (3.14 on) asks with _Alignas(4) _Alignas(T): more than zig's translator understands.
 * The attribute never lowers an alignment, and pymacro.h leaves a definition alone. */
#define _Py_ALIGNED_DEF(N, T) __attribute__((aligned(N))) T
#include <Python.h>
#if PY_VERSION_HEX < 0x030C0000
#include <structmember.h> /* T_INT, READONLY, ...; Python.h has Py_T_INT, Py_READONLY from 3.12 on */
#endif
