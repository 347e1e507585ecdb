#define PY_SSIZE_T_CLEAN
#include <Python.h>

int linker_flags_parts = 0;
int linker_flags_nine(void) { return 9; }
int linker_flags_listed(void) { return 8; }
int linker_flags_hidden(void) { return 10; }
int linker_flags_wrapped(void);

#ifdef ON_LINUX
int linker_flags_alias(void);
int __real_linker_flags_wrapped(void);
int __wrap_linker_flags_wrapped(void) { return __real_linker_flags_wrapped() + 1; }
#else
#define linker_flags_alias linker_flags_nine
#define linker_flags_wrapped() (linker_flags_wrapped() + 1)
#endif

static PyObject *
values(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(iii)", linker_flags_parts, linker_flags_alias(), linker_flags_wrapped());
}

static PyMethodDef methods[] = {{"values", values, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "linker_flags", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_linker_flags(void)
{
    return PyModule_Create(&definition);
}
