/* Types of Emscripten's ABI that differ from musl's on a 32-bit machine with a 64-bit time_t.
 *
 * musl's headers ask for types with __NEED_x and expect __DEFINED_x.  What differs is defined
 * here; zig's copy of musl's header for riscv32 adds the rest.
 * Facts: Emscripten's bits/alltypes.h since 3.1.58, and what Pyodide's own code writes into
 * stat, statfs and dirent.  Pass -D__EMSCRIPTEN_major__=N: statfs has 64-bit counts from 5 on.
 */

/* wasm32's pointer-sized types are `long`: the same size, but C++ spells them in symbol names. */
#if defined(__NEED_size_t) && !defined(__DEFINED_size_t)
typedef unsigned long size_t;
#define __DEFINED_size_t
#endif
#if defined(__NEED_ssize_t) && !defined(__DEFINED_ssize_t)
typedef long ssize_t;
#define __DEFINED_ssize_t
#endif
#if defined(__NEED_ptrdiff_t) && !defined(__DEFINED_ptrdiff_t)
typedef long ptrdiff_t;
#define __DEFINED_ptrdiff_t
#endif
#if defined(__NEED_intptr_t) && !defined(__DEFINED_intptr_t)
typedef long intptr_t;
#define __DEFINED_intptr_t
#endif
#if defined(__NEED_uintptr_t) && !defined(__DEFINED_uintptr_t)
typedef unsigned long uintptr_t;
#define __DEFINED_uintptr_t
#endif
#if defined(__NEED_regoff_t) && !defined(__DEFINED_regoff_t)
typedef long regoff_t;
#define __DEFINED_regoff_t
#endif
#if defined(__NEED_register_t) && !defined(__DEFINED_register_t)
typedef long register_t;
#define __DEFINED_register_t
#endif
#if defined(__NEED_nlink_t) && !defined(__DEFINED_nlink_t)
typedef unsigned long nlink_t;
#define __DEFINED_nlink_t
#endif

/* Types that are 32 bits wide although musl's are 64, or `int` although musl's are `long`. */
#if defined(__NEED_dev_t) && !defined(__DEFINED_dev_t)
typedef unsigned int dev_t;
#define __DEFINED_dev_t
#endif
#if defined(__NEED_blkcnt_t) && !defined(__DEFINED_blkcnt_t)
typedef int blkcnt_t;
#define __DEFINED_blkcnt_t
#endif
#if defined(__NEED_suseconds_t) && !defined(__DEFINED_suseconds_t)
typedef int suseconds_t;
#define __DEFINED_suseconds_t
#endif
#if defined(__NEED_clock_t) && !defined(__DEFINED_clock_t)
typedef int clock_t;
#define __DEFINED_clock_t
#endif
#if defined(__NEED_wint_t) && !defined(__DEFINED_wint_t)
typedef int wint_t;
#define __DEFINED_wint_t
#endif
#if defined(__NEED_wctype_t) && !defined(__DEFINED_wctype_t)
typedef unsigned int wctype_t;
#define __DEFINED_wctype_t
#endif
#if !defined(__EMSCRIPTEN_major__) || __EMSCRIPTEN_major__ < 5
#if defined(__NEED_fsblkcnt_t) && !defined(__DEFINED_fsblkcnt_t)
typedef unsigned int fsblkcnt_t;
#define __DEFINED_fsblkcnt_t
#endif
#if defined(__NEED_fsfilcnt_t) && !defined(__DEFINED_fsfilcnt_t)
typedef unsigned int fsfilcnt_t;
#define __DEFINED_fsfilcnt_t
#endif
#endif

/* Ten words, and one more for a list of canvases. */
#if defined(__NEED_pthread_attr_t) && !defined(__DEFINED_pthread_attr_t)
typedef struct {
  union {
    int __i[10];
    volatile int __vi[10];
    unsigned long __s[10];
  } __u;
  const char *__canvases;
} pthread_attr_t;
#define __DEFINED_pthread_attr_t
#endif

/* Not #include_next: zig's translate-c looks for the next file in the wrong folder. */
#include <riscv32-linux-musl/bits/alltypes.h>
