#define PY_SSIZE_T_CLEAN
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "windows_data", NULL, -1, NULL};

PyMODINIT_FUNC
PyInit_windows_data(void)
{
    return PyModule_Create(&definition);
}
