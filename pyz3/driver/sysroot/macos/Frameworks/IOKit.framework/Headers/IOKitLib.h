/* The part of IOKit that extension modules use, as Apple documents it (developer.apple.com, "IOKit"). */
#ifndef PYZ3_IOKIT_IOKITLIB_H
#define PYZ3_IOKIT_IOKITLIB_H

#include <AvailabilityMacros.h>
#include <CoreFoundation/CoreFoundation.h>
#include <dispatch/dispatch.h>
#include <mach/mach_init.h>
#include <mach/mach_types.h>
#include <sys/cdefs.h>
#include <sys/types.h>

#include <IOKit/IOKitKeys.h>
#include <IOKit/IOTypes.h>

__BEGIN_DECLS

enum {
    kIORegistryIterateRecursively = 1,
    kIORegistryIterateParents = 2
};

typedef struct IONotificationPort *IONotificationPortRef;
typedef void (*IOServiceMatchingCallback)(void *, io_iterator_t);
typedef void (*IOServiceInterestCallback)(void *, io_service_t, uint32_t, void *);
typedef void (*IOAsyncCallback)(void *, IOReturn, void **, uint32_t);

extern const mach_port_t kIOMasterPortDefault;
extern const mach_port_t kIOMainPortDefault __attribute__((availability(macos, introduced = 12.0)));

kern_return_t IOMasterPort(mach_port_t, mach_port_t *);
kern_return_t IOObjectRelease(io_object_t);
kern_return_t IOObjectRetain(io_object_t);
kern_return_t IOObjectGetClass(io_object_t, io_name_t);
CFStringRef IOObjectCopyClass(io_object_t);
boolean_t IOObjectConformsTo(io_object_t, const io_name_t);
boolean_t IOObjectIsEqualTo(io_object_t, io_object_t);
io_object_t IOIteratorNext(io_iterator_t);
void IOIteratorReset(io_iterator_t);
boolean_t IOIteratorIsValid(io_iterator_t);

CFMutableDictionaryRef IOServiceMatching(const char *);
CFMutableDictionaryRef IOServiceNameMatching(const char *);
CFMutableDictionaryRef IOBSDNameMatching(mach_port_t, uint32_t, const char *);
CFMutableDictionaryRef IORegistryEntryIDMatching(uint64_t);
io_service_t IOServiceGetMatchingService(mach_port_t, CFDictionaryRef);
kern_return_t IOServiceGetMatchingServices(mach_port_t, CFDictionaryRef, io_iterator_t *);
kern_return_t IOServiceAddMatchingNotification(IONotificationPortRef, const io_name_t, CFDictionaryRef,
    IOServiceMatchingCallback, void *, io_iterator_t *);
kern_return_t IOServiceAddInterestNotification(IONotificationPortRef, io_service_t, const io_name_t,
    IOServiceInterestCallback, void *, io_object_t *);
kern_return_t IOServiceOpen(io_service_t, task_port_t, uint32_t, io_connect_t *);
kern_return_t IOServiceClose(io_connect_t);

IONotificationPortRef IONotificationPortCreate(mach_port_t);
void IONotificationPortDestroy(IONotificationPortRef);
CFRunLoopSourceRef IONotificationPortGetRunLoopSource(IONotificationPortRef);
mach_port_t IONotificationPortGetMachPort(IONotificationPortRef);
void IONotificationPortSetDispatchQueue(IONotificationPortRef, dispatch_queue_t);

kern_return_t IOConnectCallMethod(mach_port_t, uint32_t, const uint64_t *, uint32_t, const void *, size_t,
    uint64_t *, uint32_t *, void *, size_t *);
kern_return_t IOConnectCallScalarMethod(
    mach_port_t, uint32_t, const uint64_t *, uint32_t, uint64_t *, uint32_t *);
kern_return_t IOConnectCallStructMethod(mach_port_t, uint32_t, const void *, size_t, void *, size_t *);

io_registry_entry_t IORegistryGetRootEntry(mach_port_t);
io_registry_entry_t IORegistryEntryFromPath(mach_port_t, const io_string_t);
kern_return_t IORegistryCreateIterator(mach_port_t, const io_name_t, IOOptionBits, io_iterator_t *);
kern_return_t IORegistryEntryCreateIterator(
    io_registry_entry_t, const io_name_t, IOOptionBits, io_iterator_t *);
kern_return_t IORegistryEntryGetName(io_registry_entry_t, io_name_t);
kern_return_t IORegistryEntryGetNameInPlane(io_registry_entry_t, const io_name_t, io_name_t);
kern_return_t IORegistryEntryGetLocationInPlane(io_registry_entry_t, const io_name_t, io_name_t);
kern_return_t IORegistryEntryGetPath(io_registry_entry_t, const io_name_t, io_string_t);
kern_return_t IORegistryEntryGetRegistryEntryID(io_registry_entry_t, uint64_t *);
kern_return_t IORegistryEntryCreateCFProperties(
    io_registry_entry_t, CFMutableDictionaryRef *, CFAllocatorRef, IOOptionBits);
CFTypeRef IORegistryEntryCreateCFProperty(
    io_registry_entry_t, CFStringRef, CFAllocatorRef, IOOptionBits);
CFTypeRef IORegistryEntrySearchCFProperty(
    io_registry_entry_t, const io_name_t, CFStringRef, CFAllocatorRef, IOOptionBits);
kern_return_t IORegistryEntryGetProperty(io_registry_entry_t, const io_name_t, char *, uint32_t *);
kern_return_t IORegistryEntrySetCFProperty(io_registry_entry_t, CFStringRef, CFTypeRef);
kern_return_t IORegistryEntrySetCFProperties(io_registry_entry_t, CFTypeRef);
kern_return_t IORegistryEntryGetChildIterator(io_registry_entry_t, const io_name_t, io_iterator_t *);
kern_return_t IORegistryEntryGetChildEntry(io_registry_entry_t, const io_name_t, io_registry_entry_t *);
kern_return_t IORegistryEntryGetParentIterator(io_registry_entry_t, const io_name_t, io_iterator_t *);
kern_return_t IORegistryEntryGetParentEntry(io_registry_entry_t, const io_name_t, io_registry_entry_t *);
boolean_t IORegistryEntryInPlane(io_registry_entry_t, const io_name_t);

__END_DECLS

#endif
