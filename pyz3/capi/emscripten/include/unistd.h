/* Options of POSIX that WebAssembly cannot have. */
#include <generic-musl/unistd.h>
#undef _POSIX_REALTIME_SIGNALS
#undef _POSIX_SPAWN
#undef _POSIX_THREADS
#undef _POSIX_THREAD_CPUTIME
#define _POSIX_REALTIME_SIGNALS -1
#define _POSIX_SPAWN -1
#define _POSIX_THREADS -1
#define _POSIX_THREAD_CPUTIME -1
