/* Pseudo-terminals and logins, see openpty(3); on macOS libSystem has them. */
#ifndef PYZ3_MACOS_UTIL_H
#define PYZ3_MACOS_UTIL_H

#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

__BEGIN_DECLS
int openpty(int *, int *, char *, struct termios *, struct winsize *);
int login_tty(int);
pid_t forkpty(int *, char *, struct termios *, struct winsize *);
__END_DECLS

#endif
