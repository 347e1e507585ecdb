#define BY 10
#include "side.h"

PyMODINIT_FUNC PyInit_right(void) {
    return PyModule_Create(&definition);
}
