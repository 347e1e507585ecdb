#include <Python.h>

#include "tally.h"

static PyObject *step(PyObject *self, PyObject *unused) {
    (void)count(BY);
    return PyLong_FromLong(tally);
}

static PyMethodDef methods[] = {{"step", step, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "side", NULL, -1, methods, NULL, NULL, NULL, NULL};
