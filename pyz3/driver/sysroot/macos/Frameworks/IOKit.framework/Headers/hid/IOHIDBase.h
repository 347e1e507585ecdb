/* Types of the HID manager: devices that people use with their hands. */
#ifndef PYZ3_IOKIT_IOHIDBASE_H
#define PYZ3_IOKIT_IOHIDBASE_H

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <IOKit/hid/IOHIDKeys.h>
#include <stdint.h>

typedef struct __IOHIDDevice *IOHIDDeviceRef;

typedef void (*IOHIDCallback)(void *, IOReturn, void *);
typedef void (*IOHIDDeviceCallback)(void *, IOReturn, void *, IOHIDDeviceRef);
typedef void (*IOHIDReportCallback)(void *, IOReturn, void *, IOHIDReportType, uint32_t, uint8_t *, CFIndex);

#endif
