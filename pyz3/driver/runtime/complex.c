/* Division of complex numbers, and their product where it came out as NaN: clang calls __divxc3 and __mulxc3 (of
   long double), __divdc3, __divsc3 and so on for them.

   zig 0.16's compiler-rt has these as functions that return a struct of two numbers.  A complex number comes back
   in another way where it is not the same to the psABI: of long double on x86 (two registers of the x87), of
   float on 32-bit x86 (EAX and EDX), of all on s390x (memory); and 64-bit PowerPC's long double is none of theirs.
   These here are compiled with the type itself.

   What they give is what C's Annex G (G.5.1) wants.  No type is widened: what
   s390x has for that (MDEBR, MXDBR) came out wrong under qemu. */

#if !defined(_WIN32) && (defined(__x86_64__) || defined(__i386__) || defined(__s390x__) || defined(__powerpc64__))

#define INF __builtin_inff()
#define SIGNED(value, like) (__builtin_signbit(like) ? -(value) : (value))
/* An infinity becomes 1, all else 0; signs stay. */
#define BOXED(x) SIGNED(__builtin_isinf(x) ? 1 : 0, x)

/* Give a power of two by which x becomes about 1, unless it is 0, infinite or NaN; of the smallest numbers as near
   as there is one. */
#define BIAS(digits) ((1 << (digits)) - 1)
#define MOST(bias) ((bias) - 1)
#define NEAR(exponent, bias)                                                                                    \
    ((exponent) > MOST(bias) ? MOST(bias) : (exponent) < -MOST(bias) ? -MOST(bias) : (exponent))
#define INVERSE(name, type, integer, fraction, digits)                                                          \
    static type name(type x) {                                                                                  \
        union { type value; integer bits; } number = {x}, power;                                                \
        int exponent = (int)(number.bits >> fraction & (2 * BIAS(digits) + 1)) - BIAS(digits);                  \
        power.bits = (integer)(BIAS(digits) - NEAR(exponent, BIAS(digits))) << fraction;                        \
        return power.value;                                                                                     \
    }

#if defined(__s390x__) || defined(__powerpc64__)
INVERSE(inverse_double, double, unsigned long long, 52, 10)
#endif

static long double inverse_long(long double x) {
#ifdef __powerpc64__
    return inverse_double((double)x);
#else
    union { long double value; unsigned short parts[sizeof(long double) / 2]; } number = {x}, power = {1};
#ifdef __s390x__
    enum { EXPONENT = 0 };
#else
    enum { EXPONENT = 4 };
#endif
    int exponent = (number.parts[EXPONENT] & 0x7fff) - BIAS(14);
    power.parts[EXPONENT] = BIAS(14) - NEAR(exponent, BIAS(14));
    return power.value;
#endif
}

#define DIVIDE(name, type, inverse)                                                                             \
    type _Complex name(type a, type b, type c, type d) {                                                        \
        type size = SIGNED(c, c) > SIGNED(d, d) ? c : d, by = 1;                                                \
        if (size != 0 && __builtin_isfinite(c) && __builtin_isfinite(d)) by = inverse(size);                    \
        c *= by, d *= by;                                                                                       \
        type square = c * c + d * d, re = (a * c + b * d) / square * by, im = (b * c - a * d) / square * by;    \
        if (__builtin_isnan(re) && __builtin_isnan(im)) {                                                       \
            if (square == 0 && !(__builtin_isnan(a) && __builtin_isnan(b))) {                                   \
                re = SIGNED(INF, c) * a;                                                                        \
                im = SIGNED(INF, c) * b;                                                                        \
            } else if ((__builtin_isinf(a) || __builtin_isinf(b)) && __builtin_isfinite(c) &&                   \
                       __builtin_isfinite(d)) {                                                                 \
                a = BOXED(a), b = BOXED(b);                                                                     \
                re = INF * (a * c + b * d);                                                                     \
                im = INF * (b * c - a * d);                                                                     \
            } else if ((__builtin_isinf(c) || __builtin_isinf(d)) && __builtin_isfinite(a) &&                   \
                       __builtin_isfinite(b)) {                                                                 \
                c = BOXED(c), d = BOXED(d);                                                                     \
                re = 0 * (a * c + b * d);                                                                       \
                im = 0 * (b * c - a * d);                                                                       \
            }                                                                                                   \
        }                                                                                                       \
        type _Complex result;                                                                                   \
        __real__ result = re;                                                                                   \
        __imag__ result = im;                                                                                   \
        return result;                                                                                          \
    }

#define NOT_NAN(x) (__builtin_isnan(x) ? SIGNED(0.0f, x) : (x))
#define MULTIPLY(name, type)                                                                                    \
    type _Complex name(type a, type b, type c, type d) {                                                        \
        type re = a * c - b * d, im = a * d + b * c;                                                            \
        if (__builtin_isnan(re) && __builtin_isnan(im)) {                                                       \
            int again = 0;                                                                                      \
            if (__builtin_isinf(a) || __builtin_isinf(b)) {                                                     \
                a = BOXED(a), b = BOXED(b), c = NOT_NAN(c), d = NOT_NAN(d);                                     \
                again = 1;                                                                                      \
            }                                                                                                   \
            if (__builtin_isinf(c) || __builtin_isinf(d)) {                                                     \
                c = BOXED(c), d = BOXED(d), a = NOT_NAN(a), b = NOT_NAN(b);                                     \
                again = 1;                                                                                      \
            }                                                                                                   \
            if (!again && (__builtin_isinf(a * c) || __builtin_isinf(b * d) || __builtin_isinf(a * d) ||        \
                           __builtin_isinf(b * c))) {                                                           \
                a = NOT_NAN(a), b = NOT_NAN(b), c = NOT_NAN(c), d = NOT_NAN(d);                                 \
                again = 1;                                                                                      \
            }                                                                                                   \
            if (again) {                                                                                        \
                re = INF * (a * c - b * d);                                                                     \
                im = INF * (a * d + b * c);                                                                     \
            }                                                                                                   \
        }                                                                                                       \
        type _Complex result;                                                                                   \
        __real__ result = re;                                                                                   \
        __imag__ result = im;                                                                                   \
        return result;                                                                                          \
    }

#if defined(__i386__) || defined(__s390x__)
INVERSE(inverse_float, float, unsigned, 23, 7)
DIVIDE(__divsc3, float, inverse_float)
MULTIPLY(__mulsc3, float)
#endif

#ifdef __s390x__
DIVIDE(__divdc3, double, inverse_double)
MULTIPLY(__muldc3, double)
#endif

#if defined(__s390x__) || defined(__powerpc64__)
DIVIDE(__divtc3, long double, inverse_long)
MULTIPLY(__multc3, long double)
#else
DIVIDE(__divxc3, long double, inverse_long)
MULTIPLY(__mulxc3, long double)
#endif

#endif
