#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

int of_cpp(void);
int one(void);
int two(void);
int unit_of_library(void);
int unit_of_module(void);

static PyObject *get(PyObject *self, PyObject *unused) {
    return Py_BuildValue("iiiii", of_cpp(), one(), two(), unit_of_library(), unit_of_module());
}
static PyMethodDef methods[] = {{"get", get, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, TEXT(NAME), NULL, -1, methods};
PyMODINIT_FUNC JOIN(PyInit_, NAME)(void) { return PyModule_Create(&module); }
