#define PY_SSIZE_T_CLEAN
#include <Python.h>

int count_up(void);

static PyObject *
up(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(count_up());
}

static PyMethodDef methods[] = {{"up", up, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "near", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_near(void)
{
    return PyModule_Create(&definition);
}
