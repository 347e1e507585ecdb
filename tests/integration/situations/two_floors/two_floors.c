#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *floor_of(PyObject *self, PyObject *ignored) {
#if Py_LIMITED_API >= 0x030B0000
    Py_buffer view;
    if (PyObject_GetBuffer(self, &view, PyBUF_SIMPLE) < 0)
        PyErr_Clear();
#endif
    return PyLong_FromLong(Py_LIMITED_API >> 16);
}

static PyMethodDef functions[] = {{"floor_of", floor_of, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef two_floors = {PyModuleDef_HEAD_INIT, "two_floors", NULL, -1, functions};
PyMODINIT_FUNC PyInit_two_floors(void) { return PyModule_Create(&two_floors); }
