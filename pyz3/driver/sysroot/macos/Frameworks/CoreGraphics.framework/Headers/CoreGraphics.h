/* Points, sizes, rectangles and affine maps: the types of CoreGraphics, and none of its functions. */
#ifndef PYZ3_COREGRAPHICS_H
#define PYZ3_COREGRAPHICS_H

#include <CoreFoundation/CoreFoundation.h>

typedef double CGFloat;
#define CGFLOAT_IS_DOUBLE 1
#define CGFLOAT_TYPE double
#define CGFLOAT_DEFINED 1
#define CGFLOAT_MIN DBL_MIN
#define CGFLOAT_MAX DBL_MAX
#define CGFLOAT_EPSILON DBL_EPSILON

typedef struct CGPoint {
    CGFloat x;
    CGFloat y;
} CGPoint;

typedef struct CGSize {
    CGFloat width;
    CGFloat height;
} CGSize;

typedef struct CGVector {
    CGFloat dx;
    CGFloat dy;
} CGVector;

typedef struct CGRect {
    CGPoint origin;
    CGSize size;
} CGRect;

/* (x, y) becomes (a x + c y + tx, b x + d y + ty). */
typedef struct CGAffineTransform {
    CGFloat a, b, c, d;
    CGFloat tx, ty;
} CGAffineTransform;

#endif
