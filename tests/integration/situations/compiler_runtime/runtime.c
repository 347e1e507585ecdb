/* What the compiler's own runtime supplies: questions about the processor, and atomics of two words. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

#if defined(__x86_64__) && defined(__GLIBC__)
__attribute__((target_clones("avx2", "default"))) static int triple(int x) { return 3 * x; }
#else
static int triple(int x) { return 3 * x; }
#endif

static PyObject *level(PyObject *self, PyObject *unused) {
#ifdef __x86_64__
    __builtin_cpu_init();
    int levels = (__builtin_cpu_supports("avx2") != 0) * 2 + (__builtin_cpu_supports("sse2") != 0);
    int vendors = (__builtin_cpu_is("intel") != 0) + (__builtin_cpu_is("amd") != 0);
    return Py_BuildValue("(iii)", levels, vendors <= 1, triple(5));
#elif defined(__aarch64__)
    int levels = (__builtin_cpu_supports("crc") != 0) * 2 + (__builtin_cpu_supports("simd") != 0);
    return Py_BuildValue("(iii)", levels, !__builtin_cpu_supports("sve2"), triple(5));
#else
    return Py_BuildValue("(iii)", 0, 1, triple(5));
#endif
}

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 wide;
#else
typedef uint64_t wide;
#endif
#define HALF (sizeof(wide) * 4)

static wide shared;

static PyObject *atomics(PyObject *self, PyObject *unused) {
    const wide one = 1, high = one << HALF;
    wide seen[8], expected = 0;
    __atomic_store_n(&shared, high + 2, __ATOMIC_SEQ_CST);
    seen[0] = __atomic_fetch_add(&shared, (wide)-1, __ATOMIC_SEQ_CST);
    seen[1] = __atomic_fetch_sub(&shared, 2 * high, __ATOMIC_SEQ_CST);
    seen[2] = __atomic_fetch_and(&shared, 3 * high + 3, __ATOMIC_SEQ_CST);
    seen[3] = __atomic_fetch_or(&shared, 8 * high + 4, __ATOMIC_SEQ_CST);
    seen[4] = __atomic_fetch_xor(&shared, high + 1, __ATOMIC_SEQ_CST);
    seen[5] = __atomic_exchange_n(&shared, 5 * high + 6, __ATOMIC_SEQ_CST);
    seen[6] = __atomic_compare_exchange_n(&shared, &expected, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    seen[6] += 10 * (expected == 5 * high + 6);
    seen[6] += 100 * __atomic_compare_exchange_n(&shared, &expected, high, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    seen[7] = __atomic_load_n(&shared, __ATOMIC_SEQ_CST);
    PyObject *list = PyList_New(0);
    for (int i = 0; i < 8; ++i) {
        PyObject *pair = Py_BuildValue("(II)", (unsigned)(seen[i] >> HALF), (unsigned)seen[i]);
        PyList_Append(list, pair);
        Py_DECREF(pair);
    }
    return list;
}

/* Functions of the runtime divide, and multiply where infinity is in it; what they give comes back as the
   target's psABI has it, for each type in another way. */
#define DIVIDED(name, type)                                                                                    \
    static PyObject *name(void) {                                                                              \
        volatile type re = 1234567.875f, im = 2.5f, large = __builtin_inff();                                  \
        type _Complex one, other, quotient, product;                                                           \
        __real__ one = re, __imag__ one = im, __real__ other = im, __imag__ other = -im;                       \
        quotient = one / other;                                                                                \
        __imag__ other = large;                                                                                \
        product = one * other;                                                                                 \
        return PyUnicode_FromFormat(                                                                           \
            "%d %d %d", (int)__real__ quotient, (int)__imag__ quotient, __real__ product < 0);                 \
    }
DIVIDED(divided_float, float)
DIVIDED(divided_double, double)
DIVIDED(divided_long, long double)

static PyObject *complexes(PyObject *self, PyObject *unused) {
    return Py_BuildValue("(NNN)", divided_float(), divided_double(), divided_long());
}

/* Three words at once, and conversions of the widest number there is. */
typedef struct { uint32_t one, two, three; } words;

static PyObject *others(PyObject *self, PyObject *unused) {
    static words shared_words = {1, 2, 3};
    words some = {4, 5, 6}, old, expected = {4, 5, 6}, now;
    __atomic_exchange(&shared_words, &some, &old, __ATOMIC_SEQ_CST);
    int changed = __atomic_compare_exchange(&shared_words, &expected, &old, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    __atomic_load(&shared_words, &now, __ATOMIC_SEQ_CST);
    volatile long double number = 1234567.875L, third = 3;
    volatile int64_t large = 1LL << 40;
    number = (number + large) * third / 7 - third;
    return Py_BuildValue(
        "(iIILK)", changed, old.one, now.three, (long long)-number, (unsigned long long)(number + (long double)large));
}

static PyMethodDef methods[] = {
    {"others", others, METH_NOARGS, NULL},
    {"complexes", complexes, METH_NOARGS, NULL},
    {"level", level, METH_NOARGS, NULL}, {"atomics", atomics, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "runtime", NULL, -1, methods};

PyMODINIT_FUNC PyInit_runtime(void) { return PyModule_Create(&module); }
