#include <Python.h>

#include <shape/shape.h>

const char *where(void);

static PyObject *get(PyObject *self, PyObject *args) {
    return Py_BuildValue("is", shape_sides(), where());
}

static PyMethodDef methods[] = {{"get", get, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "monorepo", NULL, -1, methods};

PyMODINIT_FUNC PyInit_monorepo(void) { return PyModule_Create(&module); }
