/* What Zig sources see as @import("python"): build.zig has zig translate this file. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#if PY_VERSION_HEX < 0x030C0000
#include <structmember.h> /* T_INT, READONLY, ...; Python.h has Py_T_INT, Py_READONLY from 3.12 on */
#endif
