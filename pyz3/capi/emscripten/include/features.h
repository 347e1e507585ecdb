/* With _GNU_SOURCE the names with 64 (stat64, off64_t) are there, as in Emscripten and glibc. */
#include <generic-musl/features.h>
#if defined(_GNU_SOURCE) && !defined(_LARGEFILE64_SOURCE)
#define _LARGEFILE64_SOURCE 1
#endif
