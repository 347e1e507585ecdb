/* CoreFoundation's services: dates, URLs, bundles, errors, run loops. Included by CoreFoundation.h alone. */

/* Dates */
typedef double CFTimeInterval;
typedef CFTimeInterval CFAbsoluteTime;

CF_EXPORT const CFTimeInterval kCFAbsoluteTimeIntervalSince1970;

CFAbsoluteTime CFAbsoluteTimeGetCurrent(void);
CFTypeID CFDateGetTypeID(void);
CFDateRef CFDateCreate(CFAllocatorRef, CFAbsoluteTime);
CFAbsoluteTime CFDateGetAbsoluteTime(CFDateRef);
CFTimeZoneRef CFTimeZoneCopySystem(void);
CFTimeZoneRef CFTimeZoneCopyDefault(void);
CFStringRef CFTimeZoneGetName(CFTimeZoneRef);

/* URLs */
typedef CFIndex CFURLPathStyle;
enum { kCFURLPOSIXPathStyle = 0, kCFURLHFSPathStyle = 1, kCFURLWindowsPathStyle = 2 };

CFTypeID CFURLGetTypeID(void);
CFURLRef CFURLCreateWithString(CFAllocatorRef, CFStringRef, CFURLRef);
CFURLRef CFURLCreateWithBytes(CFAllocatorRef, const UInt8 *, CFIndex, CFStringEncoding, CFURLRef);
CFURLRef CFURLCreateWithFileSystemPath(CFAllocatorRef, CFStringRef, CFURLPathStyle, Boolean);
CFURLRef CFURLCreateFromFileSystemRepresentation(CFAllocatorRef, const UInt8 *, CFIndex, Boolean);
Boolean CFURLGetFileSystemRepresentation(CFURLRef, Boolean, UInt8 *, CFIndex);
CFStringRef CFURLCopyFileSystemPath(CFURLRef, CFURLPathStyle);
CFStringRef CFURLGetString(CFURLRef);

/* Bundles */
CFTypeID CFBundleGetTypeID(void);
CFBundleRef CFBundleCreate(CFAllocatorRef, CFURLRef);
CFBundleRef CFBundleGetMainBundle(void);
CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef);
CFDictionaryRef CFBundleGetInfoDictionary(CFBundleRef);
CFStringRef CFBundleGetIdentifier(CFBundleRef);
CFTypeRef CFBundleGetValueForInfoDictionaryKey(CFBundleRef, CFStringRef);
CFURLRef CFBundleCopyBundleURL(CFBundleRef);
CFURLRef CFBundleCopyExecutableURL(CFBundleRef);
CFURLRef CFBundleCopyResourcesDirectoryURL(CFBundleRef);
void *CFBundleGetFunctionPointerForName(CFBundleRef, CFStringRef);
void *CFBundleGetDataPointerForName(CFBundleRef, CFStringRef);
Boolean CFBundleLoadExecutable(CFBundleRef);

/* Errors, locales, preferences, UUIDs */
CFTypeID CFErrorGetTypeID(void);
CFIndex CFErrorGetCode(CFErrorRef);
CFStringRef CFErrorGetDomain(CFErrorRef);
CFStringRef CFErrorCopyDescription(CFErrorRef);
CFLocaleRef CFLocaleCopyCurrent(void);
CFStringRef CFLocaleGetIdentifier(CFLocaleRef);
CFArrayRef CFLocaleCopyPreferredLanguages(void);
CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef, CFStringRef);

typedef struct {
    UInt8 byte0, byte1, byte2, byte3, byte4, byte5, byte6, byte7;
    UInt8 byte8, byte9, byte10, byte11, byte12, byte13, byte14, byte15;
} CFUUIDBytes;

CFUUIDRef CFUUIDCreate(CFAllocatorRef);
CFUUIDRef CFUUIDGetConstantUUIDWithBytes(CFAllocatorRef, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
    UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8);
CFUUIDBytes CFUUIDGetUUIDBytes(CFUUIDRef);
CFStringRef CFUUIDCreateString(CFAllocatorRef, CFUUIDRef);

/* Run loops */
typedef CFStringRef CFRunLoopMode;
typedef SInt32 CFRunLoopRunResult;
typedef CFOptionFlags CFRunLoopActivity;
enum {
    kCFRunLoopRunFinished = 1,
    kCFRunLoopRunStopped = 2,
    kCFRunLoopRunTimedOut = 3,
    kCFRunLoopRunHandledSource = 4
};
enum {
    kCFRunLoopEntry = 1,
    kCFRunLoopBeforeTimers = 2,
    kCFRunLoopBeforeSources = 4,
    kCFRunLoopBeforeWaiting = 32,
    kCFRunLoopAfterWaiting = 64,
    kCFRunLoopExit = 128,
    kCFRunLoopAllActivities = 0x0FFFFFFF
};

typedef struct {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *);
    void (*release)(const void *);
    CFStringRef (*copyDescription)(const void *);
    Boolean (*equal)(const void *, const void *);
    CFHashCode (*hash)(const void *);
    void (*schedule)(void *, CFRunLoopRef, CFRunLoopMode);
    void (*cancel)(void *, CFRunLoopRef, CFRunLoopMode);
    void (*perform)(void *);
} CFRunLoopSourceContext;
typedef struct {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *);
    void (*release)(const void *);
    CFStringRef (*copyDescription)(const void *);
} CFRunLoopTimerContext;
typedef CFRunLoopTimerContext CFRunLoopObserverContext;
typedef void (*CFRunLoopTimerCallBack)(CFRunLoopTimerRef, void *);
typedef void (*CFRunLoopObserverCallBack)(CFRunLoopObserverRef, CFRunLoopActivity, void *);

CF_EXPORT const CFRunLoopMode kCFRunLoopDefaultMode;
CF_EXPORT const CFRunLoopMode kCFRunLoopCommonModes;

CFTypeID CFRunLoopGetTypeID(void);
CFRunLoopRef CFRunLoopGetCurrent(void);
CFRunLoopRef CFRunLoopGetMain(void);
CFRunLoopMode CFRunLoopCopyCurrentMode(CFRunLoopRef);
void CFRunLoopRun(void);
CFRunLoopRunResult CFRunLoopRunInMode(CFRunLoopMode, CFTimeInterval, Boolean);
Boolean CFRunLoopIsWaiting(CFRunLoopRef);
void CFRunLoopWakeUp(CFRunLoopRef);
void CFRunLoopStop(CFRunLoopRef);
#if __BLOCKS__
void CFRunLoopPerformBlock(CFRunLoopRef, CFTypeRef, void (^)(void));
#endif
Boolean CFRunLoopContainsSource(CFRunLoopRef, CFRunLoopSourceRef, CFRunLoopMode);
void CFRunLoopAddSource(CFRunLoopRef, CFRunLoopSourceRef, CFRunLoopMode);
void CFRunLoopRemoveSource(CFRunLoopRef, CFRunLoopSourceRef, CFRunLoopMode);
void CFRunLoopAddObserver(CFRunLoopRef, CFRunLoopObserverRef, CFRunLoopMode);
void CFRunLoopRemoveObserver(CFRunLoopRef, CFRunLoopObserverRef, CFRunLoopMode);
void CFRunLoopAddTimer(CFRunLoopRef, CFRunLoopTimerRef, CFRunLoopMode);
void CFRunLoopRemoveTimer(CFRunLoopRef, CFRunLoopTimerRef, CFRunLoopMode);
CFRunLoopSourceRef CFRunLoopSourceCreate(CFAllocatorRef, CFIndex, CFRunLoopSourceContext *);
void CFRunLoopSourceSignal(CFRunLoopSourceRef);
void CFRunLoopSourceInvalidate(CFRunLoopSourceRef);
Boolean CFRunLoopSourceIsValid(CFRunLoopSourceRef);
CFRunLoopObserverRef CFRunLoopObserverCreate(CFAllocatorRef, CFOptionFlags, Boolean, CFIndex,
    CFRunLoopObserverCallBack, CFRunLoopObserverContext *);
void CFRunLoopObserverInvalidate(CFRunLoopObserverRef);
CFRunLoopTimerRef CFRunLoopTimerCreate(CFAllocatorRef, CFAbsoluteTime, CFTimeInterval, CFOptionFlags,
    CFIndex, CFRunLoopTimerCallBack, CFRunLoopTimerContext *);
void CFRunLoopTimerInvalidate(CFRunLoopTimerRef);

/* File descriptors */
typedef int CFFileDescriptorNativeDescriptor;
typedef void (*CFFileDescriptorCallBack)(CFFileDescriptorRef, CFOptionFlags, void *);
typedef struct {
    CFIndex version;
    void *info;
    void *(*retain)(void *);
    void (*release)(void *);
    CFStringRef (*copyDescription)(void *);
} CFFileDescriptorContext;
enum { kCFFileDescriptorReadCallBack = 1, kCFFileDescriptorWriteCallBack = 2 };

CFFileDescriptorRef CFFileDescriptorCreate(CFAllocatorRef, CFFileDescriptorNativeDescriptor, Boolean,
    CFFileDescriptorCallBack, const CFFileDescriptorContext *);
void CFFileDescriptorEnableCallBacks(CFFileDescriptorRef, CFOptionFlags);
void CFFileDescriptorDisableCallBacks(CFFileDescriptorRef, CFOptionFlags);
void CFFileDescriptorInvalidate(CFFileDescriptorRef);
CFFileDescriptorNativeDescriptor CFFileDescriptorGetNativeDescriptor(CFFileDescriptorRef);
CFRunLoopSourceRef CFFileDescriptorCreateRunLoopSource(CFAllocatorRef, CFFileDescriptorRef, CFIndex);
