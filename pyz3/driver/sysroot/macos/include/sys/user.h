/* macOS keeps this name of the BSDs for the headers that it has always brought along. */
#ifndef PYZ3_MACOS_SYS_USER_H
#define PYZ3_MACOS_SYS_USER_H

#include <errno.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/ucred.h>
#include <sys/uio.h>
#include <sys/vm.h>

#endif
