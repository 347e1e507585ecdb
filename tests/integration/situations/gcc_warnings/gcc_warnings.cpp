#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <inttypes.h>
#include <stdio.h>

struct Pixel { unsigned char red; };

static PyObject *
text(PyObject *self, PyObject *args)
{
    register int wide = 258;
    Pixel pixel = {wide};
    char shown[32];
    snprintf(shown, sizeof shown, "<%"PRId64">", (int64_t)pixel.red);
    return PyUnicode_FromString(shown);
}

static PyMethodDef methods[] = {{"text", text, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "gcc_warnings", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_gcc_warnings(void)
{
    return PyModule_Create(&definition);
}
