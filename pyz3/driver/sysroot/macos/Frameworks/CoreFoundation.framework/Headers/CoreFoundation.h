/* The part of CoreFoundation that extension modules use: types and functions as Apple documents them
 * (developer.apple.com, "Core Foundation"). All of it is in every macOS since 10.9, but for what says so. */
#ifndef PYZ3_COREFOUNDATION_H
#define PYZ3_COREFOUNDATION_H

#include <Availability.h>
#include <AvailabilityMacros.h>
#include <MacTypes.h>
#include <TargetConditionals.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <mach/port.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#if defined(__cplusplus)
#define CF_EXTERN_C_BEGIN extern "C" {
#define CF_EXTERN_C_END }
#define CF_EXPORT extern
#else
#define CF_EXTERN_C_BEGIN
#define CF_EXTERN_C_END
#define CF_EXPORT extern
#endif
#define CF_INLINE static inline __attribute__((always_inline))
#define CF_ENUM(type, name) type name; enum
#define CF_OPTIONS(type, name) type name; enum

CF_EXTERN_C_BEGIN

/* Base */
typedef unsigned long CFTypeID;
typedef unsigned long CFOptionFlags;
typedef unsigned long CFHashCode;
typedef signed long CFIndex;
typedef const void *CFTypeRef;
typedef const void *CFPropertyListRef;
typedef const struct __CFString *CFStringRef;
typedef struct __CFString *CFMutableStringRef;
typedef const struct __CFAllocator *CFAllocatorRef;
typedef const struct __CFArray *CFArrayRef;
typedef struct __CFArray *CFMutableArrayRef;
typedef const struct __CFDictionary *CFDictionaryRef;
typedef struct __CFDictionary *CFMutableDictionaryRef;
typedef const struct __CFSet *CFSetRef;
typedef struct __CFSet *CFMutableSetRef;
typedef const struct __CFData *CFDataRef;
typedef struct __CFData *CFMutableDataRef;
typedef const struct __CFNumber *CFNumberRef;
typedef const struct __CFBoolean *CFBooleanRef;
typedef const struct __CFNull *CFNullRef;
typedef const struct __CFDate *CFDateRef;
typedef const struct __CFURL *CFURLRef;
typedef const struct __CFUUID *CFUUIDRef;
typedef const struct __CFLocale *CFLocaleRef;
typedef const struct __CFTimeZone *CFTimeZoneRef;
typedef struct __CFError *CFErrorRef;
typedef struct __CFBundle *CFBundleRef;
typedef struct __CFRunLoop *CFRunLoopRef;
typedef struct __CFRunLoopSource *CFRunLoopSourceRef;
typedef struct __CFRunLoopObserver *CFRunLoopObserverRef;
typedef struct __CFRunLoopTimer *CFRunLoopTimerRef;
typedef struct __CFFileDescriptor *CFFileDescriptorRef;
typedef struct __CFMachPort *CFMachPortRef;

typedef CFIndex CFComparisonResult;
enum { kCFCompareLessThan = -1, kCFCompareEqualTo = 0, kCFCompareGreaterThan = 1 };
enum { kCFNotFound = -1 };

typedef struct {
    CFIndex location;
    CFIndex length;
} CFRange;

CF_INLINE CFRange CFRangeMake(CFIndex location, CFIndex length) {
    CFRange range = { location, length };
    return range;
}

typedef const void *(*CFArrayRetainCallBack)(CFAllocatorRef, const void *);
typedef void (*CFArrayReleaseCallBack)(CFAllocatorRef, const void *);
typedef CFStringRef (*CFArrayCopyDescriptionCallBack)(const void *);
typedef Boolean (*CFArrayEqualCallBack)(const void *, const void *);
typedef CFArrayRetainCallBack CFDictionaryRetainCallBack;
typedef CFArrayReleaseCallBack CFDictionaryReleaseCallBack;
typedef CFArrayCopyDescriptionCallBack CFDictionaryCopyDescriptionCallBack;
typedef CFArrayEqualCallBack CFDictionaryEqualCallBack;
typedef CFHashCode (*CFDictionaryHashCallBack)(const void *);
typedef const void *(*CFAllocatorRetainCallBack)(const void *);
typedef void (*CFAllocatorReleaseCallBack)(const void *);
typedef CFStringRef (*CFAllocatorCopyDescriptionCallBack)(const void *);

CF_EXPORT double kCFCoreFoundationVersionNumber;
#define kCFCoreFoundationVersionNumber10_9 855.11
#define kCFCoreFoundationVersionNumber10_10 1151.16
#define kCFCoreFoundationVersionNumber10_11 1253

CF_EXPORT const CFAllocatorRef kCFAllocatorDefault;
CF_EXPORT const CFAllocatorRef kCFAllocatorSystemDefault;
CF_EXPORT const CFAllocatorRef kCFAllocatorMalloc;
CF_EXPORT const CFAllocatorRef kCFAllocatorNull;
CF_EXPORT const CFNullRef kCFNull;

CFTypeID CFGetTypeID(CFTypeRef);
CFStringRef CFCopyTypeIDDescription(CFTypeID);
CFTypeRef CFRetain(CFTypeRef);
void CFRelease(CFTypeRef);
CFIndex CFGetRetainCount(CFTypeRef);
Boolean CFEqual(CFTypeRef, CFTypeRef);
CFHashCode CFHash(CFTypeRef);
CFStringRef CFCopyDescription(CFTypeRef);
CFAllocatorRef CFAllocatorGetDefault(void);
CFAllocatorRef CFGetAllocator(CFTypeRef);
void *CFAllocatorAllocate(CFAllocatorRef, CFIndex, CFOptionFlags);
void CFAllocatorDeallocate(CFAllocatorRef, void *);
CFTypeID CFNullGetTypeID(void);
void CFShow(CFTypeRef);

/* Strings */
typedef UInt32 CFStringEncoding;
typedef CFOptionFlags CFStringCompareFlags;
enum {
    kCFStringEncodingMacRoman = 0,
    kCFStringEncodingWindowsLatin1 = 0x0500,
    kCFStringEncodingISOLatin1 = 0x0201,
    kCFStringEncodingNextStepLatin = 0x0B01,
    kCFStringEncodingASCII = 0x0600,
    kCFStringEncodingUnicode = 0x0100,
    kCFStringEncodingUTF8 = 0x08000100,
    kCFStringEncodingNonLossyASCII = 0x0BFF,
    kCFStringEncodingUTF16 = 0x0100,
    kCFStringEncodingUTF16BE = 0x10000100,
    kCFStringEncodingUTF16LE = 0x14000100,
    kCFStringEncodingUTF32 = 0x0c000100,
    kCFStringEncodingUTF32BE = 0x18000100,
    kCFStringEncodingUTF32LE = 0x1c000100
};
#define kCFStringEncodingInvalidId 0xffffffffU
enum {
    kCFCompareCaseInsensitive = 1,
    kCFCompareBackwards = 4,
    kCFCompareAnchored = 8,
    kCFCompareNonliteral = 16,
    kCFCompareLocalized = 32,
    kCFCompareNumerically = 64
};

#define CFSTR(text) ((CFStringRef)__builtin___CFStringMakeConstantString("" text ""))

CFTypeID CFStringGetTypeID(void);
CFStringRef CFStringCreateWithCString(CFAllocatorRef, const char *, CFStringEncoding);
CFStringRef CFStringCreateWithCStringNoCopy(CFAllocatorRef, const char *, CFStringEncoding, CFAllocatorRef);
CFStringRef CFStringCreateWithBytes(CFAllocatorRef, const UInt8 *, CFIndex, CFStringEncoding, Boolean);
CFStringRef CFStringCreateWithCharacters(CFAllocatorRef, const UniChar *, CFIndex);
CFStringRef CFStringCreateWithFileSystemRepresentation(CFAllocatorRef, const char *);
CFStringRef CFStringCreateWithFormat(CFAllocatorRef, CFDictionaryRef, CFStringRef, ...);
CFStringRef CFStringCreateWithSubstring(CFAllocatorRef, CFStringRef, CFRange);
CFStringRef CFStringCreateCopy(CFAllocatorRef, CFStringRef);
CFMutableStringRef CFStringCreateMutable(CFAllocatorRef, CFIndex);
CFMutableStringRef CFStringCreateMutableCopy(CFAllocatorRef, CFIndex, CFStringRef);
void CFStringAppend(CFMutableStringRef, CFStringRef);
void CFStringAppendCString(CFMutableStringRef, const char *, CFStringEncoding);
CFIndex CFStringGetLength(CFStringRef);
UniChar CFStringGetCharacterAtIndex(CFStringRef, CFIndex);
void CFStringGetCharacters(CFStringRef, CFRange, UniChar *);
Boolean CFStringGetCString(CFStringRef, char *, CFIndex, CFStringEncoding);
const char *CFStringGetCStringPtr(CFStringRef, CFStringEncoding);
const UniChar *CFStringGetCharactersPtr(CFStringRef);
CFIndex CFStringGetBytes(
    CFStringRef, CFRange, CFStringEncoding, UInt8, Boolean, UInt8 *, CFIndex, CFIndex *);
Boolean CFStringGetFileSystemRepresentation(CFStringRef, char *, CFIndex);
CFIndex CFStringGetMaximumSizeForEncoding(CFIndex, CFStringEncoding);
CFIndex CFStringGetMaximumSizeOfFileSystemRepresentation(CFStringRef);
CFStringEncoding CFStringGetSystemEncoding(void);
CFComparisonResult CFStringCompare(CFStringRef, CFStringRef, CFStringCompareFlags);
CFRange CFStringFind(CFStringRef, CFStringRef, CFStringCompareFlags);
Boolean CFStringHasPrefix(CFStringRef, CFStringRef);
Boolean CFStringHasSuffix(CFStringRef, CFStringRef);
SInt32 CFStringGetIntValue(CFStringRef);
double CFStringGetDoubleValue(CFStringRef);

/* Numbers and booleans */
typedef CFIndex CFNumberType;
enum {
    kCFNumberSInt8Type = 1,
    kCFNumberSInt16Type = 2,
    kCFNumberSInt32Type = 3,
    kCFNumberSInt64Type = 4,
    kCFNumberFloat32Type = 5,
    kCFNumberFloat64Type = 6,
    kCFNumberCharType = 7,
    kCFNumberShortType = 8,
    kCFNumberIntType = 9,
    kCFNumberLongType = 10,
    kCFNumberLongLongType = 11,
    kCFNumberFloatType = 12,
    kCFNumberDoubleType = 13,
    kCFNumberCFIndexType = 14,
    kCFNumberNSIntegerType = 15,
    kCFNumberCGFloatType = 16,
    kCFNumberMaxType = 16
};

CF_EXPORT const CFBooleanRef kCFBooleanTrue;
CF_EXPORT const CFBooleanRef kCFBooleanFalse;

CFTypeID CFBooleanGetTypeID(void);
Boolean CFBooleanGetValue(CFBooleanRef);
CFTypeID CFNumberGetTypeID(void);
CFNumberRef CFNumberCreate(CFAllocatorRef, CFNumberType, const void *);
CFNumberType CFNumberGetType(CFNumberRef);
CFIndex CFNumberGetByteSize(CFNumberRef);
Boolean CFNumberIsFloatType(CFNumberRef);
Boolean CFNumberGetValue(CFNumberRef, CFNumberType, void *);
CFComparisonResult CFNumberCompare(CFNumberRef, CFNumberRef, void *);

/* Arrays, dictionaries, sets, data */
typedef struct {
    CFIndex version;
    CFArrayRetainCallBack retain;
    CFArrayReleaseCallBack release;
    CFArrayCopyDescriptionCallBack copyDescription;
    CFArrayEqualCallBack equal;
} CFArrayCallBacks;
typedef struct {
    CFIndex version;
    CFDictionaryRetainCallBack retain;
    CFDictionaryReleaseCallBack release;
    CFDictionaryCopyDescriptionCallBack copyDescription;
    CFDictionaryEqualCallBack equal;
    CFDictionaryHashCallBack hash;
} CFDictionaryKeyCallBacks;
typedef struct {
    CFIndex version;
    CFDictionaryRetainCallBack retain;
    CFDictionaryReleaseCallBack release;
    CFDictionaryCopyDescriptionCallBack copyDescription;
    CFDictionaryEqualCallBack equal;
} CFDictionaryValueCallBacks;
typedef void (*CFDictionaryApplierFunction)(const void *, const void *, void *);
typedef void (*CFArrayApplierFunction)(const void *, void *);

CF_EXPORT const CFArrayCallBacks kCFTypeArrayCallBacks;
CF_EXPORT const CFDictionaryKeyCallBacks kCFTypeDictionaryKeyCallBacks;
CF_EXPORT const CFDictionaryKeyCallBacks kCFCopyStringDictionaryKeyCallBacks;
CF_EXPORT const CFDictionaryValueCallBacks kCFTypeDictionaryValueCallBacks;

CFTypeID CFArrayGetTypeID(void);
CFArrayRef CFArrayCreate(CFAllocatorRef, const void **, CFIndex, const CFArrayCallBacks *);
CFArrayRef CFArrayCreateCopy(CFAllocatorRef, CFArrayRef);
CFMutableArrayRef CFArrayCreateMutable(CFAllocatorRef, CFIndex, const CFArrayCallBacks *);
CFIndex CFArrayGetCount(CFArrayRef);
const void *CFArrayGetValueAtIndex(CFArrayRef, CFIndex);
Boolean CFArrayContainsValue(CFArrayRef, CFRange, const void *);
void CFArrayAppendValue(CFMutableArrayRef, const void *);
void CFArrayRemoveAllValues(CFMutableArrayRef);
void CFArrayApplyFunction(CFArrayRef, CFRange, CFArrayApplierFunction, void *);

CFTypeID CFDictionaryGetTypeID(void);
CFDictionaryRef CFDictionaryCreate(CFAllocatorRef, const void **, const void **, CFIndex,
    const CFDictionaryKeyCallBacks *, const CFDictionaryValueCallBacks *);
CFDictionaryRef CFDictionaryCreateCopy(CFAllocatorRef, CFDictionaryRef);
CFMutableDictionaryRef CFDictionaryCreateMutable(
    CFAllocatorRef, CFIndex, const CFDictionaryKeyCallBacks *, const CFDictionaryValueCallBacks *);
CFMutableDictionaryRef CFDictionaryCreateMutableCopy(CFAllocatorRef, CFIndex, CFDictionaryRef);
CFIndex CFDictionaryGetCount(CFDictionaryRef);
Boolean CFDictionaryContainsKey(CFDictionaryRef, const void *);
const void *CFDictionaryGetValue(CFDictionaryRef, const void *);
Boolean CFDictionaryGetValueIfPresent(CFDictionaryRef, const void *, const void **);
void CFDictionaryGetKeysAndValues(CFDictionaryRef, const void **, const void **);
void CFDictionaryApplyFunction(CFDictionaryRef, CFDictionaryApplierFunction, void *);
void CFDictionaryAddValue(CFMutableDictionaryRef, const void *, const void *);
void CFDictionarySetValue(CFMutableDictionaryRef, const void *, const void *);
void CFDictionaryRemoveValue(CFMutableDictionaryRef, const void *);

CFTypeID CFSetGetTypeID(void);
CFIndex CFSetGetCount(CFSetRef);
void CFSetGetValues(CFSetRef, const void **);

CFTypeID CFDataGetTypeID(void);
CFDataRef CFDataCreate(CFAllocatorRef, const UInt8 *, CFIndex);
CFMutableDataRef CFDataCreateMutable(CFAllocatorRef, CFIndex);
CFIndex CFDataGetLength(CFDataRef);
const UInt8 *CFDataGetBytePtr(CFDataRef);
void CFDataGetBytes(CFDataRef, CFRange, UInt8 *);
void CFDataAppendBytes(CFMutableDataRef, const UInt8 *, CFIndex);

#include <CoreFoundation/pyz3_services.h>

CF_EXTERN_C_END

#endif
