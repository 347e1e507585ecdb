#include <shape/shape.h>

int shape_sides(void) { return SIDES; }
