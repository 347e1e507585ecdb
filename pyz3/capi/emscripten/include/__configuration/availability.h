/* libc++ is in Pyodide's main module: an older one lacks what these headers might call.
 * libc++ asks here what its binary has; pyz3 says which one it is with -DPYZ3_LIBCXX=21. */

#include_next <__configuration/availability.h>

#if PYZ3_LIBCXX < 21
#undef _LIBCPP_INTRODUCED_IN_LLVM_21
#define _LIBCPP_INTRODUCED_IN_LLVM_21 0
#endif
#if PYZ3_LIBCXX < 20
#undef _LIBCPP_INTRODUCED_IN_LLVM_20
#define _LIBCPP_INTRODUCED_IN_LLVM_20 0
#endif
#if PYZ3_LIBCXX < 19
#undef _LIBCPP_INTRODUCED_IN_LLVM_19
#define _LIBCPP_INTRODUCED_IN_LLVM_19 0
#endif
