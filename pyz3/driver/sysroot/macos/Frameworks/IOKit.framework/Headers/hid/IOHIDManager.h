/* All HID devices. */
#ifndef PYZ3_IOKIT_IOHIDMANAGER_H
#define PYZ3_IOKIT_IOHIDMANAGER_H

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/hid/IOHIDBase.h>
#include <IOKit/hid/IOHIDDevice.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

typedef struct __IOHIDManager *IOHIDManagerRef;

CFTypeID IOHIDManagerGetTypeID(void);
IOHIDManagerRef IOHIDManagerCreate(CFAllocatorRef, IOOptionBits);
IOReturn IOHIDManagerOpen(IOHIDManagerRef, IOOptionBits);
IOReturn IOHIDManagerClose(IOHIDManagerRef, IOOptionBits);
void IOHIDManagerSetDeviceMatching(IOHIDManagerRef, CFDictionaryRef);
void IOHIDManagerSetDeviceMatchingMultiple(IOHIDManagerRef, CFArrayRef);
CFSetRef IOHIDManagerCopyDevices(IOHIDManagerRef);
void IOHIDManagerRegisterDeviceMatchingCallback(IOHIDManagerRef, IOHIDDeviceCallback, void *);
void IOHIDManagerRegisterDeviceRemovalCallback(IOHIDManagerRef, IOHIDDeviceCallback, void *);
void IOHIDManagerRegisterInputReportCallback(IOHIDManagerRef, IOHIDReportCallback, void *);
void IOHIDManagerScheduleWithRunLoop(IOHIDManagerRef, CFRunLoopRef, CFStringRef);
void IOHIDManagerUnscheduleFromRunLoop(IOHIDManagerRef, CFRunLoopRef, CFStringRef);

__END_DECLS

#endif
