#include <Python.h>

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "readings", NULL, 0, NULL};
PyMODINIT_FUNC PyInit_readings(void) { return PyModule_Create(&module); }
