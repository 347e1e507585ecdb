#include <Python.h>
#include "core.h"

static PyObject *facts(PyObject *self, PyObject *none) {
    (void)self, (void)none;
    return PyUnicode_FromFormat("%s, %s, %d", core(), asks(), PY_MINOR_VERSION);
}

static PyMethodDef methods[] = {{"facts", facts, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "counting._core", .m_size = 0, .m_methods = methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&definition); }
