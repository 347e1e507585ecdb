/* count: a buffer's bytes, by several POSIX threads.  read_at: a file's, from a 64-bit offset. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

#include "aligned.h"

enum { CHUNK = 1 << 16, MOST_THREADS = 64 };

/* Threads take chunks as they come; each counts in a cache line of its own. */
struct scan {
    const unsigned char *data;
    size_t size;
    unsigned char byte;
    atomic_size_t next;
};

struct worker {
    _Alignas(CACHE_LINE) size_t count;
    struct scan *scan;
    pthread_t thread;
};

static void *work(void *argument) {
    struct worker *worker = argument;
    struct scan *scan = worker->scan;
    size_t start;
    while ((start = atomic_fetch_add(&scan->next, CHUNK)) < scan->size) {
        size_t end = scan->size - start < CHUNK ? scan->size : start + CHUNK;
        for (size_t i = start; i < end; i++) {
            worker->count += scan->data[i] == scan->byte;
        }
    }
    return NULL;
}

/* Gives the count; -1 without memory. */
static ssize_t count_bytes(struct scan *scan, int threads) {
    struct worker *workers = aligned_new(sizeof(struct worker) * (size_t)threads);
    if (workers == NULL) {
        return -1;
    }
    int started = 1; /* the first worker is this thread */
    for (int i = 0; i < threads; i++) {
        workers[i].scan = scan;
    }
    while (started < threads && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) {
        started++;
    }
    work(&workers[0]);
    size_t count = workers[0].count;
    for (int i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        count += workers[i].count;
    }
    aligned_delete(workers);
    return (ssize_t)count;
}

static PyObject *count(PyObject *self, PyObject *args) {
    Py_buffer buffer;
    unsigned char byte;
    int threads = 4;
    ssize_t found;
    if (!PyArg_ParseTuple(args, "y*b|i:count", &buffer, &byte, &threads)) {
        return NULL;
    }
    if (threads < 1 || threads > MOST_THREADS) {
        PyBuffer_Release(&buffer);
        return PyErr_Format(PyExc_ValueError, "threads must be 1 to %d, not %d", MOST_THREADS, threads);
    }
    struct scan scan = {.data = buffer.buf, .size = (size_t)buffer.len, .byte = byte};
    Py_BEGIN_ALLOW_THREADS
    found = count_bytes(&scan, threads);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&buffer);
    return found < 0 ? PyErr_NoMemory() : PyLong_FromSsize_t(found);
}

/* off_t has 64 bits everywhere: _FILE_OFFSET_BITS is set in pyproject.toml. */
_Static_assert(sizeof(off_t) == 8, "off_t");

static PyObject *read_at(PyObject *self, PyObject *args) {
    int file;
    long long offset;
    Py_ssize_t size;
    ssize_t got;
    if (!PyArg_ParseTuple(args, "iLn:read_at", &file, &offset, &size)) {
        return NULL;
    }
    if (size < 0 || size > CHUNK) {
        return PyErr_Format(PyExc_ValueError, "size must be 0 to %d, not %zd", CHUNK, size);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (bytes == NULL) {
        return NULL;
    }
    char *into = PyBytes_AS_STRING(bytes);
    Py_BEGIN_ALLOW_THREADS
    got = lseek(file, (off_t)offset, SEEK_SET) < 0 ? -1 : read(file, into, (unsigned int)size);
    Py_END_ALLOW_THREADS
    if (got < 0) {
        Py_DECREF(bytes);
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    _PyBytes_Resize(&bytes, got);
    return bytes;
}

static PyMethodDef methods[] = {
    {"count", count, METH_VARARGS, "count(buffer, byte, threads=4): how often a byte is in a buffer."},
    {"read_at", read_at, METH_VARARGS, "read_at(fd, offset, size): bytes of a file, fewer at its end."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "threads._scan",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&module); }
