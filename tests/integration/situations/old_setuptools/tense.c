#include <Python.h>

#ifdef NDEBUG
#error "undef_macros goes after the flags of Python itself"
#endif

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tense"};

PyMODINIT_FUNC PyInit_tense(void) {
    PyObject *made = PyModule_Create(&module);
    if (made != NULL) PyModule_AddIntConstant(made, "answer", ANSWER);
    return made;
}
