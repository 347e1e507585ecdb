#include <Python.h>

#include <new>
#include <string>
#include <system_error>

#include "shapes.hpp"

static void raise(int which) {
    switch (which) {
    case 0: throw std::out_of_range("far");
    case 1: throw Refusal("no");
    case 2: throw std::bad_alloc();
    case 3: throw 42;
    case 4: throw std::system_error(std::make_error_code(std::errc::io_error));
    case 5: throw std::string("text");
    default: throw new Circle;
    }
}

static Shape *make() { return new Circle; }

static Calls calls = {raise, make};

static PyObject *get(PyObject *, PyObject *) { return PyLong_FromVoidPtr(&calls); }

static PyMethodDef methods[] = {{"get", get, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "thrower", nullptr, -1, methods};

PyMODINIT_FUNC PyInit_thrower() { return PyModule_Create(&module); }
