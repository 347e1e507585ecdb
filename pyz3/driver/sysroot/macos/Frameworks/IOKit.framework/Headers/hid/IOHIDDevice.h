/* One HID device. */
#ifndef PYZ3_IOKIT_IOHIDDEVICE_H
#define PYZ3_IOKIT_IOHIDDEVICE_H

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/hid/IOHIDBase.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

CFTypeID IOHIDDeviceGetTypeID(void);
IOHIDDeviceRef IOHIDDeviceCreate(CFAllocatorRef, io_service_t);
io_service_t IOHIDDeviceGetService(IOHIDDeviceRef);
IOReturn IOHIDDeviceOpen(IOHIDDeviceRef, IOOptionBits);
IOReturn IOHIDDeviceClose(IOHIDDeviceRef, IOOptionBits);
Boolean IOHIDDeviceConformsTo(IOHIDDeviceRef, uint32_t, uint32_t);
CFTypeRef IOHIDDeviceGetProperty(IOHIDDeviceRef, CFStringRef);
Boolean IOHIDDeviceSetProperty(IOHIDDeviceRef, CFStringRef, CFTypeRef);
void IOHIDDeviceScheduleWithRunLoop(IOHIDDeviceRef, CFRunLoopRef, CFStringRef);
void IOHIDDeviceUnscheduleFromRunLoop(IOHIDDeviceRef, CFRunLoopRef, CFStringRef);
void IOHIDDeviceRegisterRemovalCallback(IOHIDDeviceRef, IOHIDCallback, void *);
void IOHIDDeviceRegisterInputReportCallback(IOHIDDeviceRef, uint8_t *, CFIndex, IOHIDReportCallback, void *);
IOReturn IOHIDDeviceSetReport(IOHIDDeviceRef, IOHIDReportType, CFIndex, const uint8_t *, CFIndex);
IOReturn IOHIDDeviceGetReport(IOHIDDeviceRef, IOHIDReportType, CFIndex, uint8_t *, CFIndex *);

__END_DECLS

#endif
