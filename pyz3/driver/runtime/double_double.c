/* long double on 64-bit PowerPC: the sum of two doubles, the second at most half a unit in the last place of the first.
   Its arithmetic is in libgcc, and not in zig 0.16's compiler-rt, whose conversions are those of another format.

   Sums whose error is exact: Knuth, "The Art of Computer Programming", volume 2, 4.2.2, theorems B and C. */

#ifdef __powerpc64__

typedef union { long double value; double parts[2]; } pair;

static long double joined(double high, double low) {
    pair sum;
    sum.parts[0] = high + low;
    sum.parts[1] = low - (sum.parts[0] - high);
    return sum.value;
}

/* Infinity and NaN have no second part. */
static long double alone(double high) { return (pair){.parts = {high, 0}}.value; }

static double error_of_sum(double a, double b, double sum) {
    double part = sum - a;
    return (a - (sum - part)) + (b - part);
}

long double __gcc_qadd(double a, double a_low, double b, double b_low) {
    double high = a + b;
    if (!__builtin_isfinite(high)) return alone(high);
    double low = a_low + b_low, more = error_of_sum(a_low, b_low, low);
    low += error_of_sum(a, b, high);
    double sum = high + low;
    return joined(sum, low - (sum - high) + more);
}

long double __gcc_qsub(double a, double a_low, double b, double b_low) { return __gcc_qadd(a, a_low, -b, -b_low); }

long double __gcc_qmul(double a, double a_low, double b, double b_low) {
    double high = a * b;
    if (!__builtin_isfinite(high) || high == 0) return alone(high);
    return joined(high, __builtin_fma(a, b, -high) + (a * b_low + a_low * b));
}

long double __gcc_qdiv(double a, double a_low, double b, double b_low) {
    double high = a / b;
    if (!__builtin_isfinite(high) || high == 0) return alone(high);
    double rest = __builtin_fma(-high, b, a) + (a_low - high * b_low), low = rest / b;
    return joined(high, low);
}

typedef __int128 wide;
typedef unsigned __int128 unsigned_wide;

/* The whole part, by two's complement. */
static unsigned_wide whole(long double x, int is_unsigned) {
    pair number = {x};
    double high = number.parts[0], low = number.parts[1];
    unsigned_wide sum = is_unsigned ? (unsigned_wide)high : (unsigned_wide)(wide)high;
    if (__builtin_fabs(high) < 0x1p53 && high != (double)(wide)high) return sum;
    wide more = (wide)low;
    /* What is cut off may lie on the other side of zero than the number. */
    if (high > 0 && low < (double)more) more -= 1;
    if (high < 0 && low > (double)more) more += 1;
    return sum + (unsigned_wide)more;
}

wide __fixtfti(long double x) { return (wide)whole(x, 0); }
unsigned_wide __fixunstfti(long double x) { return whole(x, 1); }
long long __fixtfdi(long double x) { return (long long)whole(x, 0); }
unsigned long long __fixunstfdi(long double x) { return (unsigned long long)whole(x, 1); }

long double __floatuntitf(unsigned_wide x) {
    double high = (double)x;
    return joined(high, (double)(wide)(x - (high < 0x1p128 ? (unsigned_wide)high : 0)));
}

long double __floattitf(wide x) { return x < 0 ? -__floatuntitf(-(unsigned_wide)x) : __floatuntitf((unsigned_wide)x); }
long double __floatditf(long long x) { return __floattitf(x); }
long double __floatunditf(unsigned long long x) { return __floatuntitf(x); }

#endif
