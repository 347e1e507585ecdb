// long double through the streams and strings of C++.
#include <Python.h>

#include <cmath>
#include <sstream>
#include <string>

static PyObject *run(PyObject *, PyObject *) {
    volatile long double x = 1.25L;
    long double read = 0;
    std::istringstream("3.5") >> read;
    std::ostringstream out;
    out << static_cast<long double>(x) << ' ' << std::to_string(static_cast<long double>(x)) << ' ' << std::stold("2.5")
        << ' ' << std::sqrt(static_cast<long double>(x * 5)) << ' ' << read;
    return PyUnicode_FromString(out.str().c_str());
}

static PyMethodDef methods[] = {{"run", run, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "incxx", nullptr, -1, methods};

PyMODINIT_FUNC PyInit_incxx(void) { return PyModule_Create(&module); }
