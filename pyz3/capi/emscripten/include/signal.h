/* SIG_IGN is -2: 1 is the place of a function in WebAssembly's table, and would be called. */
#include <generic-musl/signal.h>
#undef SIG_IGN
#define SIG_IGN ((void (*)(int))-2)
