/* What sources written for glibc or a BSD take from this header; musl has none. */
#ifndef PYZ3_MUSL_SYS_CDEFS_H
#define PYZ3_MUSL_SYS_CDEFS_H

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#define __THROW noexcept(true)
#else
#define __BEGIN_DECLS
#define __END_DECLS
#define __THROW __attribute__((__nothrow__))
#endif

#define __P(arguments) arguments
#define __CONCAT(left, right) left##right
#define __STRING(text) #text
#define __nonnull(positions) __attribute__((__nonnull__ positions))
#define __wur

#endif
