/* The HID manager, whole. */
#ifndef PYZ3_IOKIT_IOHIDLIB_H
#define PYZ3_IOKIT_IOHIDLIB_H

#include <IOKit/hid/IOHIDManager.h>

#endif
