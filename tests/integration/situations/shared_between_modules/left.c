#define BY 1
#include "side.h"

PyMODINIT_FUNC PyInit_left(void) {
    return PyModule_Create(&definition);
}
