/* long double through the C library's own formats. */
#include <Python.h>

#include <stdio.h>
#include <wchar.h>

static PyObject *run(PyObject *self, PyObject *unused) {
    volatile long double x = 1.25L;
    char text[200], wide_text[100];
    wchar_t wide[100];
    snprintf(text, sizeof text, "%Lf %d %*.*Lg %s %5.1Lf%% %zu %hhd %g", (long double)x, 5, 8, 2,
             (long double)(x * 3), "text", (long double)x, (size_t)7, (signed char)9, 2.5);
    swprintf(wide, 100, L"%Lf %ls %Le", (long double)x, L"wide", (long double)x);
    snprintf(wide_text, sizeof wide_text, "%ls", wide);
    long double first = 0, last = 0;
    double between = 0;
    int number = 0, read;
    read = sscanf("12 1.5 ab]c 2.25 3.5 7.75", "%d %Lf %*[]ab]c %lf %*Lf %Lg", &number, &first, &between, &last);
    return Py_BuildValue("ssiiddd", text, wide_text, read, number, (double)first, between, (double)last);
}

static PyMethodDef methods[] = {{"run", run, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "inc", NULL, -1, methods};

PyMODINIT_FUNC PyInit_inc(void) { return PyModule_Create(&module); }
