#define PY_SSIZE_T_CLEAN
#include <Python.h>

const char *of_make(void);
const char *of_process(void);

static PyObject *by(PyObject *self, PyObject *unused) {
    return Py_BuildValue("sss", __VERSION__, of_make(), of_process());
}
static PyMethodDef methods[] = {{"by", by, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "compiled", NULL, -1, methods};
PyMODINIT_FUNC PyInit_compiled(void) { return PyModule_Create(&module); }
