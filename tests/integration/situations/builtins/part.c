/* Modules whose code the compiler completes with functions of its own: libgcc's, compiler-rt's. */
#include <Python.h>

#define JOIN(a, b) a##b
#define INIT(name) JOIN(PyInit_, name)
#define TEXT(a) #a
#define QUOTED(name) TEXT(name)

static PyObject *value(PyObject *self, PyObject *arg)
{
    double x = PyFloat_AsDouble(arg);
    if (PyErr_Occurred())
        return NULL;
#if PART == 1 /* __udivti3 */
    unsigned __int128 wide = (unsigned __int128)(unsigned long long)x << 70;
    return PyLong_FromUnsignedLongLong((unsigned long long)(wide / (unsigned __int128)((unsigned long long)x + 1) >> 40));
#elif PART == 2 /* __multf3 where long double has 16 bytes and the processor has none */
    volatile long double wide = x;
    return PyFloat_FromDouble((double)(wide * wide / 3));
#elif PART == 3 /* __powidf2 */
    return PyFloat_FromDouble(__builtin_powi(x, (int)x));
#else
    return PyFloat_FromDouble(x);
#endif
}

static PyMethodDef methods[] = {{"value", value, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, QUOTED(NAME), NULL, -1, methods};

PyMODINIT_FUNC INIT(NAME)(void)
{
    return PyModule_Create(&module);
}
