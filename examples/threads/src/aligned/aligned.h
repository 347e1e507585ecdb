/* Memory that begins at a cache line, and fills whole ones. */
#ifndef ALIGNED_H
#define ALIGNED_H

#include <stddef.h>

enum { CACHE_LINE = 64 };

void *aligned_new(size_t size);
void aligned_delete(void *memory);

#endif
