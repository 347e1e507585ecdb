#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <WinSock2.h>
#include <Windows.h>
#include <intrin.h>

__declspec(thread) int apart = 3;
__declspec(align(64)) static char aligned[64];
__declspec(selectany) int shared_value = 4;

static __forceinline unsigned __int64
highest(unsigned __int64 x)
{
    unsigned long bit;
    _BitScanReverse64(&bit, x);
    return bit;
}

static __declspec(noinline) int
faulted(void)
{
    __try {
        RaiseException(0xE0000001, 0, 0, NULL);
    }
    __except (EXCEPTION_EXECUTE_HANDLER) {
        return 1;
    }
    return 0;
}

static PyObject *
values(PyObject *self, PyObject *args)
{
    char text[8];
    unsigned __int64 wide = 5i64;
    strcpy_s(text, sizeof text, "ab");
    int at = (int)((UINT_PTR)aligned % 64);
    return Py_BuildValue("(siiKKii)", text, apart, shared_value, wide, highest(1024), at, faulted());
}

static PyMethodDef methods[] = {{"values", values, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "windows_code", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_windows_code(void)
{
    return PyModule_Create(&definition);
}
