// Calls, callbacks, large buffers, setjmp.
#include <Python.h>

#include <setjmp.h>
#include <signal.h>

static PyObject *total(PyObject *self, PyObject *buffer) {
    Py_buffer view;
    unsigned long long sum = 0;
    if (PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE)) return NULL;
    for (Py_ssize_t i = 0; i < view.len; i++) sum += ((unsigned char *)view.buf)[i];
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(sum);
}

static PyObject *fill(PyObject *self, PyObject *args) {
    Py_buffer view;
    int value;
    if (!PyArg_ParseTuple(args, "w*i", &view, &value)) return NULL;
    memset(view.buf, value, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *map(PyObject *self, PyObject *args) {
    PyObject *function;
    long count;
    if (!PyArg_ParseTuple(args, "Ol", &function, &count)) return NULL;
    PyObject *list = PyList_New(count);
    for (long i = 0; list && i < count; i++) {
        PyObject *item = PyObject_CallFunction(function, "l", i);
        if (!item) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static jmp_buf place;

static void descend(int depth) {
    if (depth == 0) longjmp(place, 42);
    descend(depth - 1);
}

static PyObject *jump(PyObject *self, PyObject *depth) {
    volatile int before = 1;
    int code = setjmp(place);
    if (code == 0) {
        before = 2;
        descend((int)PyLong_AsLong(depth));
    }
    return Py_BuildValue("ii", code, before);
}

static volatile int received;
static void receive(int number) { received = number; }

static PyObject *signals(PyObject *self, PyObject *nothing) {
    signal(SIGUSR1, receive);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    return PyLong_FromLong(received);
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, NULL},    {"fill", fill, METH_VARARGS, NULL}, {"map", map, METH_VARARGS, NULL},
    {"jump", jump, METH_O, NULL},      {"signals", signals, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "plain", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_plain(void) { return PyModule_Create(&definition); }
