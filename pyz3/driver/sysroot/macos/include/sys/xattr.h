/* Extended attributes of files; the functions are libSystem's, see getxattr(2) and its neighbours. */
#ifndef PYZ3_MACOS_SYS_XATTR_H
#define PYZ3_MACOS_SYS_XATTR_H

#include <sys/types.h>

#define XATTR_NOFOLLOW 0x0001
#define XATTR_CREATE 0x0002
#define XATTR_REPLACE 0x0004
#define XATTR_NOSECURITY 0x0008
#define XATTR_NODEFAULT 0x0010
#define XATTR_SHOWCOMPRESSION 0x0020

#define XATTR_MAXNAMELEN 127
#define XATTR_FINDERINFO_NAME "com.apple.FinderInfo"
#define XATTR_RESOURCEFORK_NAME "com.apple.ResourceFork"

__BEGIN_DECLS
ssize_t getxattr(const char *, const char *, void *, size_t, u_int32_t, int);
ssize_t fgetxattr(int, const char *, void *, size_t, u_int32_t, int);
int setxattr(const char *, const char *, const void *, size_t, u_int32_t, int);
int fsetxattr(int, const char *, const void *, size_t, u_int32_t, int);
int removexattr(const char *, const char *, int);
int fremovexattr(int, const char *, int);
ssize_t listxattr(const char *, char *, size_t, int);
ssize_t flistxattr(int, char *, size_t, int);
__END_DECLS

#endif
