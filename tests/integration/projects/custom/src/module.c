/* One source for two modules: NAME is sum or product. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define JOIN(a, b) a##b
#define WITH(a, b) JOIN(a, b)
#define TEXT(a) #a
#define STRING(a) TEXT(a)

long WITH(core_, NAME)(long, long);

static PyObject *call(PyObject *self, PyObject *args) {
    long a, b;
    if (!PyArg_ParseTuple(args, "ll", &a, &b)) return NULL;
    return PyLong_FromLong(WITH(core_, NAME)(a, b));
}

static PyMethodDef methods[] = {{STRING(NAME), call, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, STRING(NAME), NULL, 0, methods};

PyMODINIT_FUNC WITH(PyInit_, NAME)(void) { return PyModule_Create(&definition); }
