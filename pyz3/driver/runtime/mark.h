/* Stays in whatever a part of our libraries becomes part of, so that it can be told of a binary without symbols:
   pyz3/sbom/parts.toml looks for it. */

#ifdef __APPLE__
#define PLACE "__TEXT,__const"
#define KEPT used
#elif defined(_WIN32)
#define PLACE ".rdata"
#define KEPT used
#else
#define PLACE ".rodata.pyz3"
#define KEPT used, retain
#endif

static const char pyz3_mark[] __attribute__((KEPT, section(PLACE))) = PYZ3_MARK;
