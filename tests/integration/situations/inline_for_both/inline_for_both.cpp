#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "counting.h"

static PyObject *
values(PyObject *self, PyObject *args)
{
    int (*volatile next)(int) = counting_next;
    return Py_BuildValue("(ii)", next(1), counting_twice(1));
}

static PyMethodDef methods[] = {{"values", values, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "inline_for_both", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_inline_for_both(void)
{
    return PyModule_Create(&definition);
}
