/* What Microsoft documents in intrin.h ("Compiler intrinsics") and mingw's leaves out. */
#pragma GCC system_header
#include_next <intrin.h>
#ifndef PYZ3_INTRIN_H
#define PYZ3_INTRIN_H

#if !__has_builtin(__nop)
static __inline__ void
__nop(void)
{
    __asm__ __volatile__("nop");
}
#endif

#ifdef __x86_64__
static __inline__ unsigned __int64
_udiv128(unsigned __int64 high, unsigned __int64 low, unsigned __int64 divisor, unsigned __int64 *remainder)
{
    unsigned __int64 quotient;
    __asm__("divq %4" : "=a"(quotient), "=d"(*remainder) : "a"(low), "d"(high), "r"(divisor) : "cc");
    return quotient;
}

static __inline__ __int64
_div128(__int64 high, __int64 low, __int64 divisor, __int64 *remainder)
{
    __int64 quotient;
    __asm__("idivq %4" : "=a"(quotient), "=d"(*remainder) : "a"(low), "d"(high), "r"(divisor) : "cc");
    return quotient;
}
#endif

#endif
