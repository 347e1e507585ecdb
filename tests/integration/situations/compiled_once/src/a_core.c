#include <stddef.h>
#include "core.h"

#ifdef PY_VERSION_HEX
#define SEEN "python"
#else
#define SEEN "nothing"
#endif

const char *core(void) { return FACT " " SEEN " " __FILE__; }
