#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <windows.h>
#include <intrin.h>

static int
filter(unsigned code)
{
    return code == EXCEPTION_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

/* What the block does itself, with no function between. */
static __declspec(noinline) int
written(volatile int *place)
{
    __try {
        *place = 1;
    }
    __except (filter(GetExceptionCode())) {
        return 0;
    }
    return 1;
}

static PyObject *
faults(PyObject *self, PyObject *args)
{
    int place = 0;
    unsigned __int64 rest, quotient = _udiv128(1, 5, 7, &rest);
    __nop();
    return Py_BuildValue("(iiiKK)", written(NULL), written(&place), place, quotient, rest);
}

int answer(void);

static PyObject *
answered(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(answer());
}

static PyMethodDef methods[] = {{"faults", faults, METH_NOARGS, NULL}, {"answer", answered, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "windows_data", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_windows_data(void)
{
    return PyModule_Create(&definition);
}
