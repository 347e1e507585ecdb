/* IOKit's types. */
#ifndef PYZ3_IOKIT_IOTYPES_H
#define PYZ3_IOKIT_IOTYPES_H

#include <MacTypes.h>
#include <mach/mach_types.h>
#include <mach/port.h>
#include <stdint.h>

#include <IOKit/IOReturn.h>

typedef UInt32 IOOptionBits;
typedef SInt32 IOFixed;
typedef uint32_t IOByteCount32;
typedef uint64_t IOByteCount64;
typedef unsigned long IOByteCount;

typedef mach_port_t io_object_t;
typedef io_object_t io_connect_t;
typedef io_object_t io_enumerator_t;
typedef io_object_t io_iterator_t;
typedef io_object_t io_registry_entry_t;
typedef io_object_t io_service_t;
#define IO_OBJECT_NULL ((io_object_t)0)

typedef char io_name_t[128];
typedef char io_string_t[512];

enum {
    kIODefaultMemoryType = 0
};

#endif
