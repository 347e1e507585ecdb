#include "core.h"

/* It asks for a header of Python's, and reads none. */
const char *asks(void) {
#if __has_include(<critical_section.h>) || __has_include(<cpython/critical_section.h>)
    return "sections";
#else
    return "no sections";
#endif
}
