/* A page of WebAssembly's memory; <limits.h> derives PAGE_SIZE from it. */
#define PAGESIZE 65536
