/* The part of Core Services that extension modules use: file system events. */
#ifndef PYZ3_CORESERVICES_H
#define PYZ3_CORESERVICES_H

#include <CoreFoundation/CoreFoundation.h>
#include <CoreServices/FSEvents.h>

#endif
