#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "engine", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_engine(void)
{
    return PyModule_Create(&definition);
}
