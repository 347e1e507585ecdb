/* There are no signal masks to save, and the compiler unwinds for setjmp and longjmp only. */
#include <generic-musl/setjmp.h>
#undef sigsetjmp
#undef siglongjmp
#define sigsetjmp(environment, mask) setjmp(environment)
#define siglongjmp(environment, value) longjmp(environment, value)
