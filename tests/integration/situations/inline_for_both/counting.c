#include "counting.h"

extern inline int counting_next(int number);

int counting_twice(int number)
{
    int (*volatile next)(int) = counting_next;
    return next(next(number));
}
