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
/* Clang knows both names and has nobody define them: one it has no code for, one it keeps from files that are not
   compiled for XSAVE. */
#if __has_builtin(__cpuidex)
static __inline__ void
pyz3_cpuidex(int info[4], int leaf, int subleaf)
{
    __asm__ __volatile__("cpuid"
                         : "=a"(info[0]), "=b"(info[1]), "=c"(info[2]), "=d"(info[3])
                         : "a"(leaf), "c"(subleaf));
}
#define __cpuidex pyz3_cpuidex
#endif

static __inline__ unsigned __int64
pyz3_xgetbv(unsigned index)
{
    unsigned low, high;
    __asm__ __volatile__("xgetbv" : "=a"(low), "=d"(high) : "c"(index));
    return (unsigned __int64)high << 32 | low;
}
#undef _xgetbv
#define _xgetbv pyz3_xgetbv

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
