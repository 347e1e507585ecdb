#include <Python.h>

static struct PyModuleDef package = {PyModuleDef_HEAD_INIT, "package_is_extension", NULL, -1, NULL};

PyMODINIT_FUNC PyInit_package_is_extension(void) {
    PyObject *made = PyModule_Create(&package);
    if (made != NULL)
        PyModule_AddIntConstant(made, "answer", 42);
    return made;
}
