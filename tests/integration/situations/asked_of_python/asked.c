#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>
#ifdef CHILD
#include "said.h"
_Static_assert(COMMAND_POINTER == sizeof(void *), "python -c");
#define MODULE asked_child
#else
#define MODULE asked
#endif
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

struct node { char mark; long count; void *next; long many[3]; };
struct padded { char first; void *second; };

_Static_assert(LONG == sizeof(long) && STRUCT_LONG == sizeof(long), "long");
_Static_assert(ARRAY_LONG == sizeof(long) && CONFIG_LONG == sizeof(long), "long");
_Static_assert(LONG_LONG == sizeof(long long) && INT64 == 8, "long long");
_Static_assert(POINTER == sizeof(void *) && STRUCT_POINTER == sizeof(void *), "pointer");
_Static_assert(POINTERS == 2 * sizeof(void *) && STRUCT_PADDED == sizeof(struct padded), "pointer");
_Static_assert(NODE == sizeof(struct node) && NODE_ALIGN == _Alignof(struct node), "structure");
_Static_assert(NODE_NEXT == offsetof(struct node, next), "field");
_Static_assert(STRUCT_NODE == sizeof(struct node) && PACKED_NODE == STRUCT_NODE, "struct");
_Static_assert(PACKED_ARRAY == 2 * sizeof(long) && PARSED_LONG == sizeof(long), "long");
_Static_assert(SIZE == sizeof(size_t), "size_t");
_Static_assert(WIDE == sizeof(wchar_t) && CONFIG_WIDE == sizeof(wchar_t), "wchar_t");
_Static_assert(BITS == 8 * sizeof(void *), "maxsize");
_Static_assert(BIG == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__), "byteorder");
#ifdef _WIN32
_Static_assert(WINDOWS && !LINUX && !PARSED_DIRENT && LONG_DOUBLE == 8, "system"); /* MSVC's, which made Python */
#else
_Static_assert(!WINDOWS && PARSED_DIRENT && LONG_DOUBLE == sizeof(long double), "system");
#ifdef __linux__
_Static_assert(LINUX, "system");
#endif
#endif

static PyObject *texts(PyObject *self, PyObject *unused) { return Py_BuildValue("ss", SUFFIX, MULTIARCH); }
static PyMethodDef methods[] = {{"texts", texts, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, TEXT(MODULE), NULL, -1, methods};
PyMODINIT_FUNC JOIN(PyInit_, MODULE)(void) { return PyModule_Create(&module); }
