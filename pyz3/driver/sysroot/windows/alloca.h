/* Where every other system has it; mingw has alloca() in <malloc.h>, as Microsoft does. */
#ifndef PYZ3_WINDOWS_ALLOCA_H
#define PYZ3_WINDOWS_ALLOCA_H

#include <malloc.h>

#endif
