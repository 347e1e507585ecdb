/* Microsoft's io.h leaves mkdir to direct.h.  Sources that include io.h alone may call it with a mode, too,
   as Unix has it: MSVC knows nothing better, and mkdir does not look at it.  mingw's io.h declares it. */
#pragma GCC system_header
#ifndef PYZ3_IO_H
#define PYZ3_IO_H
#if defined(__cplusplus) || defined(mkdir) || (defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#include_next <io.h>
#else
#define mkdir pyz3_mkdir_of_io_h
#include_next <io.h>
#undef mkdir
int __cdecl mkdir();
#endif
#endif
