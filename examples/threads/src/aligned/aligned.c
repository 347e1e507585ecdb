#include "aligned.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <malloc.h>
#endif

void *aligned_new(size_t size) {
    void *memory = NULL;
    size = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
#ifdef _WIN32
    memory = _aligned_malloc(size, CACHE_LINE); /* Windows has neither posix_memalign nor aligned_alloc */
#else
    if (posix_memalign(&memory, CACHE_LINE, size) != 0) {
        return NULL;
    }
#endif
    if (memory != NULL) {
        memset(memory, 0, size);
    }
    return memory;
}

void aligned_delete(void *memory) {
#ifdef _WIN32
    _aligned_free(memory); /* free() would damage the heap */
#else
    free(memory);
#endif
}
