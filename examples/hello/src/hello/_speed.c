/* The fast twin of pure.py: Levenshtein distance and CRC-32C. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>
#include <stdint.h>

/* Module state instead of static variables: each interpreter has its own (PEP 489). */
typedef struct {
    uint32_t crc_table[256];
} State;

/* The number of edits that turn a into b; row is room for b_length + 1 numbers.  One row of the
   dynamic programming table is kept: row[j] is the distance of a[0..i] and b[0..j]. */
static size_t levenshtein(const Py_UCS4 *a, Py_ssize_t a_length, const Py_UCS4 *b, Py_ssize_t b_length, size_t *row)
{
    for (Py_ssize_t j = 0; j <= b_length; j++) {
        row[j] = (size_t)j;
    }
    for (Py_ssize_t i = 0; i < a_length; i++) {
        size_t diagonal = row[0];
        size_t left = row[0] = (size_t)i + 1;
        for (Py_ssize_t j = 0; j < b_length; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            if (diagonal + 1 < best) {
                best = diagonal + 1;
            }
            if (left + 1 < best) {
                best = left + 1;
            }
            row[j + 1] = left = best;
        }
    }
    return row[b_length];
}

PyDoc_STRVAR(distance_doc,
             "distance($module, a, b, /)\n--\n\n"
             "The number of characters to insert, delete or replace to turn a into b.");

static PyObject *distance(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "UU:distance", &a, &b)) {
        return NULL;
    }
    /* Copies of our own: the strings' inner layout differs between Pythons, and without the GIL
       only what is ours may be read. */
    Py_ssize_t a_length = PyUnicode_GetLength(a), b_length = PyUnicode_GetLength(b);
    Py_UCS4 *a_text = PyUnicode_AsUCS4Copy(a), *b_text = PyUnicode_AsUCS4Copy(b);
    size_t *row = PyMem_New(size_t, b_length + 1);
    PyObject *result = NULL;
    if (row == NULL) {
        PyErr_NoMemory();
    }
    else if (a_text != NULL && b_text != NULL) {
        size_t edits;
        Py_BEGIN_ALLOW_THREADS
        edits = levenshtein(a_text, a_length, b_text, b_length, row);
        Py_END_ALLOW_THREADS
        result = PyLong_FromSize_t(edits);
    }
    PyMem_Free(row);
    PyMem_Free(b_text);
    PyMem_Free(a_text);
    return result;
}

PyDoc_STRVAR(crc32c_doc,
             "crc32c($module, data, value=0, /)\n--\n\n"
             "The CRC-32C (Castagnoli) of a buffer; value is the checksum of what went before.");

static PyObject *crc32c(PyObject *module, PyObject *args)
{
    Py_buffer data;
    unsigned int value = 0;
    if (!PyArg_ParseTuple(args, "y*|I:crc32c", &data, &value)) {
        return NULL;
    }
    const uint32_t *table = ((State *)PyModule_GetState(module))->crc_table;
    const uint8_t *bytes = data.buf;
    uint32_t crc = ~(uint32_t)value;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < data.len; i++) {
        crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLong(~crc);
}

static int execute(PyObject *module)
{
    State *state = PyModule_GetState(module);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t entry = i;
        for (int bit = 0; bit < 8; bit++) {
            entry = (entry >> 1) ^ (entry & 1 ? 0x82f63b78u : 0); /* the polynomial, reflected (RFC 3720) */
        }
        state->crc_table[i] = entry;
    }
    return 0;
}

static PyMethodDef methods[] = {
    {"distance", distance, METH_VARARGS, distance_doc},
    {"crc32c", crc32c, METH_VARARGS, crc32c_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)execute},
#ifdef Py_mod_multiple_interpreters /* 3.12: PEP 684 */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil /* 3.13: PEP 703 */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "hello._speed",
    .m_doc = "Levenshtein distance and CRC-32C, in C.",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__speed(void)
{
    return PyModuleDef_Init(&definition);
}
