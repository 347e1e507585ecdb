/* ptrace(2) of macOS: its requests. */
#ifndef PYZ3_MACOS_SYS_PTRACE_H
#define PYZ3_MACOS_SYS_PTRACE_H

#include <sys/types.h>

#define PT_TRACE_ME 0
#define PT_CONTINUE 7
#define PT_KILL 8
#define PT_STEP 9
#define PT_ATTACH 10
#define PT_DETACH 11
#define PT_SIGEXC 12
#define PT_THUPDATE 13
#define PT_ATTACHEXC 14
#define PT_DENY_ATTACH 31

__BEGIN_DECLS
int ptrace(int, pid_t, caddr_t, int);
__END_DECLS

#endif
