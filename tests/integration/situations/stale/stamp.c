#include <Python.h>

/* What the assembler reads, by a name that only the preprocessor knows. */
#define READ(file) ".incbin \"" file "\"\n"
#ifdef __APPLE__
#define SECTION ".const_data\n.globl _assembled\n_assembled:\n"
#elif defined(_WIN32)
#define SECTION ".section .rdata\n.globl assembled\nassembled:\n"
#else
#define SECTION ".section .rodata\n.globl assembled\nassembled:\n"
#endif
__asm__(SECTION READ("assets/assembled.txt") ".byte 0\n.text\n");
extern const char assembled[] __attribute__((visibility("hidden")));

static PyObject *stamp(PyObject *self, PyObject *unused) {
    return PyUnicode_FromFormat("%s %s %s", __DATE__, __TIME__, assembled);
}

static PyMethodDef methods[] = {{"stamp", stamp, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "stamp", NULL, -1, methods};
PyMODINIT_FUNC PyInit_stamp(void) { return PyModule_Create(&module); }
