#include "../../engine/sides.h"

int shape_sides(void);
