#include <Python.h>
#include "facts.h"

#if __has_include("more.h")
#include "more.h"
#else
#define MORE "none"
#endif

static const unsigned char embedded[] = {
#embed "assets/embedded.txt"
};

static PyObject *facts(PyObject *self, PyObject *unused) {
    return PyUnicode_FromFormat("%s %c %s", HEADER, embedded[0], MORE);
}

static PyMethodDef methods[] = {{"facts", facts, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "facts", NULL, -1, methods};
PyMODINIT_FUNC PyInit_facts(void) { return PyModule_Create(&module); }
