/* ioctl(2) requests of macOS's serial drivers. */
#ifndef PYZ3_IOKIT_IOSS_H
#define PYZ3_IOKIT_IOSS_H

#include <sys/ioccom.h>
#include <sys/types.h>
#include <termios.h>

#define IOSSDATALAT _IOW('T', 0, unsigned long)
#define IOSSPREEMPT _IOW('T', 1, int)
#define IOSSIOSPEED _IOW('T', 2, speed_t)

#endif
