/* System sockets of macOS: kernel control and kernel events (their addresses are in kern_control.h). */
#ifndef PYZ3_MACOS_SYS_SYS_DOMAIN_H
#define PYZ3_MACOS_SYS_SYS_DOMAIN_H

#include <sys/types.h>

#define SYSPROTO_EVENT 1
#define SYSPROTO_CONTROL 2
#define AF_SYS_CONTROL 2

struct sockaddr_sys {
    u_char ss_len;
    u_char ss_family;
    u_int16_t ss_sysaddr;
    u_int32_t ss_reserved[7];
};

#endif
