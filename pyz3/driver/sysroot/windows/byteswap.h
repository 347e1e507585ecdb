/* As glibc's: sources that name Microsoft's compiler, Apple and the BSDs expect it of everybody else. */
#ifndef PYZ3_WINDOWS_BYTESWAP_H
#define PYZ3_WINDOWS_BYTESWAP_H

#define bswap_16(value) __builtin_bswap16(value)
#define bswap_32(value) __builtin_bswap32(value)
#define bswap_64(value) __builtin_bswap64(value)

#endif
