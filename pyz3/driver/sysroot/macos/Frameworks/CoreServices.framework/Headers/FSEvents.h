/* File system events as Apple documents them (developer.apple.com, "File System Events"). */
#ifndef PYZ3_CORESERVICES_FSEVENTS_H
#define PYZ3_CORESERVICES_FSEVENTS_H

#include <CoreFoundation/CoreFoundation.h>
#include <dispatch/dispatch.h>
#include <sys/types.h>

CF_EXTERN_C_BEGIN

typedef UInt32 FSEventStreamCreateFlags;
enum {
    kFSEventStreamCreateFlagNone = 0,
    kFSEventStreamCreateFlagUseCFTypes = 0x01,
    kFSEventStreamCreateFlagNoDefer = 0x02,
    kFSEventStreamCreateFlagWatchRoot = 0x04,
    kFSEventStreamCreateFlagIgnoreSelf = 0x08,
    kFSEventStreamCreateFlagFileEvents = 0x10,
    kFSEventStreamCreateFlagMarkSelf = 0x20,
    kFSEventStreamCreateFlagUseExtendedData = 0x40,
    kFSEventStreamCreateFlagFullHistory = 0x80
};

#define kFSEventStreamEventExtendedDataPathKey CFSTR("path")
#define kFSEventStreamEventExtendedFileIDKey CFSTR("fileID")
#define kFSEventStreamEventExtendedDocIDKey CFSTR("docID")

typedef UInt32 FSEventStreamEventFlags;
enum {
    kFSEventStreamEventFlagNone = 0,
    kFSEventStreamEventFlagMustScanSubDirs = 0x00000001,
    kFSEventStreamEventFlagUserDropped = 0x00000002,
    kFSEventStreamEventFlagKernelDropped = 0x00000004,
    kFSEventStreamEventFlagEventIdsWrapped = 0x00000008,
    kFSEventStreamEventFlagHistoryDone = 0x00000010,
    kFSEventStreamEventFlagRootChanged = 0x00000020,
    kFSEventStreamEventFlagMount = 0x00000040,
    kFSEventStreamEventFlagUnmount = 0x00000080,
    kFSEventStreamEventFlagItemCreated = 0x00000100,
    kFSEventStreamEventFlagItemRemoved = 0x00000200,
    kFSEventStreamEventFlagItemInodeMetaMod = 0x00000400,
    kFSEventStreamEventFlagItemRenamed = 0x00000800,
    kFSEventStreamEventFlagItemModified = 0x00001000,
    kFSEventStreamEventFlagItemFinderInfoMod = 0x00002000,
    kFSEventStreamEventFlagItemChangeOwner = 0x00004000,
    kFSEventStreamEventFlagItemXattrMod = 0x00008000,
    kFSEventStreamEventFlagItemIsFile = 0x00010000,
    kFSEventStreamEventFlagItemIsDir = 0x00020000,
    kFSEventStreamEventFlagItemIsSymlink = 0x00040000,
    kFSEventStreamEventFlagOwnEvent = 0x00080000,
    kFSEventStreamEventFlagItemIsHardlink = 0x00100000,
    kFSEventStreamEventFlagItemIsLastHardlink = 0x00200000,
    kFSEventStreamEventFlagItemCloned = 0x00400000
};

typedef UInt64 FSEventStreamEventId;
#define kFSEventStreamEventIdSinceNow 0xFFFFFFFFFFFFFFFFULL

typedef struct __FSEventStream *FSEventStreamRef;
typedef const struct __FSEventStream *ConstFSEventStreamRef;

typedef struct FSEventStreamContext {
    CFIndex version;
    void *info;
    CFAllocatorRetainCallBack retain;
    CFAllocatorReleaseCallBack release;
    CFAllocatorCopyDescriptionCallBack copyDescription;
} FSEventStreamContext;

typedef void (*FSEventStreamCallback)(ConstFSEventStreamRef, void *, size_t, void *,
    const FSEventStreamEventFlags *, const FSEventStreamEventId *);

FSEventStreamRef FSEventStreamCreate(CFAllocatorRef, FSEventStreamCallback, FSEventStreamContext *, CFArrayRef,
    FSEventStreamEventId, CFTimeInterval, FSEventStreamCreateFlags);
FSEventStreamRef FSEventStreamCreateRelativeToDevice(CFAllocatorRef, FSEventStreamCallback,
    FSEventStreamContext *, dev_t, CFArrayRef, FSEventStreamEventId, CFTimeInterval,
    FSEventStreamCreateFlags);
FSEventStreamEventId FSEventStreamGetLatestEventId(ConstFSEventStreamRef);
CFArrayRef FSEventStreamCopyPathsBeingWatched(ConstFSEventStreamRef);
FSEventStreamEventId FSEventsGetCurrentEventId(void);
FSEventStreamEventId FSEventsGetLastEventIdForDeviceBeforeTime(dev_t, CFAbsoluteTime);
CFUUIDRef FSEventsCopyUUIDForDevice(dev_t);
void FSEventStreamRetain(FSEventStreamRef);
void FSEventStreamRelease(FSEventStreamRef);
void FSEventStreamScheduleWithRunLoop(FSEventStreamRef, CFRunLoopRef, CFStringRef);
void FSEventStreamUnscheduleFromRunLoop(FSEventStreamRef, CFRunLoopRef, CFStringRef);
void FSEventStreamSetDispatchQueue(FSEventStreamRef, dispatch_queue_t);
Boolean FSEventStreamSetExclusionPaths(FSEventStreamRef, CFArrayRef);
void FSEventStreamInvalidate(FSEventStreamRef);
Boolean FSEventStreamStart(FSEventStreamRef);
FSEventStreamEventId FSEventStreamFlushAsync(FSEventStreamRef);
void FSEventStreamFlushSync(FSEventStreamRef);
void FSEventStreamStop(FSEventStreamRef);
void FSEventStreamShow(ConstFSEventStreamRef);

CF_EXTERN_C_END

#endif
