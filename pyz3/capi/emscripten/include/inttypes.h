/* intptr_t is `long` here, not `int`. */
#include <generic-musl/inttypes.h>
#undef __PRIPTR
#define __PRIPTR "l"
