#include <stdio.h>

int main(void) {
    puts("const char *of_make(void) { return __VERSION__; }");
    return 0;
}
