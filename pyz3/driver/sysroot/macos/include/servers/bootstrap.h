/* The bootstrap port's name service; the functions are libSystem's. */
#ifndef PYZ3_MACOS_SERVERS_BOOTSTRAP_H
#define PYZ3_MACOS_SERVERS_BOOTSTRAP_H

#include <mach/mach.h>
#include <sys/cdefs.h>

#define BOOTSTRAP_MAX_NAME_LEN 128
#define BOOTSTRAP_SUCCESS 0
#define BOOTSTRAP_NOT_PRIVILEGED 1100
#define BOOTSTRAP_NAME_IN_USE 1101
#define BOOTSTRAP_UNKNOWN_SERVICE 1102
#define BOOTSTRAP_SERVICE_ACTIVE 1103
#define BOOTSTRAP_BAD_COUNT 1104
#define BOOTSTRAP_NO_MEMORY 1105

typedef char name_t[BOOTSTRAP_MAX_NAME_LEN];

__BEGIN_DECLS
extern mach_port_t bootstrap_port;
kern_return_t bootstrap_look_up(mach_port_t, const name_t, mach_port_t *);
kern_return_t bootstrap_check_in(mach_port_t, const name_t, mach_port_t *);
kern_return_t bootstrap_register(mach_port_t, name_t, mach_port_t);
const char *bootstrap_strerror(kern_return_t);
__END_DECLS

#endif
