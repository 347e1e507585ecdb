/* Names of a block storage driver's statistics. */
#ifndef PYZ3_IOKIT_IOBLOCKSTORAGEDRIVER_H
#define PYZ3_IOKIT_IOBLOCKSTORAGEDRIVER_H

#include <IOKit/IOTypes.h>

#define kIOBlockStorageDriverClass "IOBlockStorageDriver"
#define kIOBlockStorageDriverStatisticsKey "Statistics"
#define kIOBlockStorageDriverStatisticsBytesReadKey "Bytes (Read)"
#define kIOBlockStorageDriverStatisticsBytesWrittenKey "Bytes (Write)"
#define kIOBlockStorageDriverStatisticsReadErrorsKey "Errors (Read)"
#define kIOBlockStorageDriverStatisticsWriteErrorsKey "Errors (Write)"
#define kIOBlockStorageDriverStatisticsLatentReadTimeKey "Latency Time (Read)"
#define kIOBlockStorageDriverStatisticsLatentWriteTimeKey "Latency Time (Write)"
#define kIOBlockStorageDriverStatisticsReadsKey "Operations (Read)"
#define kIOBlockStorageDriverStatisticsWritesKey "Operations (Write)"
#define kIOBlockStorageDriverStatisticsReadRetriesKey "Retries (Read)"
#define kIOBlockStorageDriverStatisticsWriteRetriesKey "Retries (Write)"
#define kIOBlockStorageDriverStatisticsTotalReadTimeKey "Total Time (Read)"
#define kIOBlockStorageDriverStatisticsTotalWriteTimeKey "Total Time (Write)"

#endif
