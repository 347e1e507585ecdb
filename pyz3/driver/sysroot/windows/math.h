/* Microsoft's math.h gives the constants at the first include for which _USE_MATH_DEFINES is defined ("Math
   Constants" in its documentation), be math.h included before or not: Python.h includes it.  mingw's gives them
   at its first include or never.  The numbers are mathematics, with more digits than a double has. */
#pragma GCC system_header
#include_next <math.h>
#ifdef _USE_MATH_DEFINES
#ifndef PYZ3_MATH_H
#define PYZ3_MATH_H

#ifndef M_E
#define M_E 2.7182818284590452353603
#endif
#ifndef M_LOG2E
#define M_LOG2E 1.4426950408889634073599
#endif
#ifndef M_LOG10E
#define M_LOG10E 0.4342944819032518276511
#endif
#ifndef M_LN2
#define M_LN2 0.6931471805599453094172
#endif
#ifndef M_LN10
#define M_LN10 2.3025850929940456840180
#endif
#ifndef M_PI
#define M_PI 3.1415926535897932384626
#endif
#ifndef M_PI_2
#define M_PI_2 1.5707963267948966192313
#endif
#ifndef M_PI_4
#define M_PI_4 0.7853981633974483096157
#endif
#ifndef M_1_PI
#define M_1_PI 0.3183098861837906715378
#endif
#ifndef M_2_PI
#define M_2_PI 0.6366197723675813430755
#endif
#ifndef M_2_SQRTPI
#define M_2_SQRTPI 1.1283791670955125738962
#endif
#ifndef M_SQRT2
#define M_SQRT2 1.4142135623730950488017
#endif
#ifndef M_SQRT1_2
#define M_SQRT1_2 0.7071067811865475244008
#endif

#endif
#endif
