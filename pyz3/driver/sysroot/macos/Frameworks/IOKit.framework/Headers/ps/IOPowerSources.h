/* Power sources: batteries and mains. */
#ifndef PYZ3_IOKIT_IOPOWERSOURCES_H
#define PYZ3_IOKIT_IOPOWERSOURCES_H

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/ps/IOPSKeys.h>
#include <sys/cdefs.h>

#define kIOPSTimeRemainingUnknown (-1.0)
#define kIOPSTimeRemainingUnlimited (-2.0)

__BEGIN_DECLS

typedef void (*IOPowerSourceCallbackType)(void *);

CFTypeRef IOPSCopyPowerSourcesInfo(void);
CFArrayRef IOPSCopyPowerSourcesList(CFTypeRef);
CFDictionaryRef IOPSGetPowerSourceDescription(CFTypeRef, CFTypeRef);
CFStringRef IOPSGetProvidingPowerSourceType(CFTypeRef);
CFTimeInterval IOPSGetTimeRemainingEstimate(void);
CFRunLoopSourceRef IOPSNotificationCreateRunLoopSource(IOPowerSourceCallbackType, void *);

__END_DECLS

#endif
