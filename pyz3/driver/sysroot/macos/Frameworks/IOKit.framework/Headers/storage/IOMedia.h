/* Names of the properties of a storage medium. */
#ifndef PYZ3_IOKIT_IOMEDIA_H
#define PYZ3_IOKIT_IOMEDIA_H

#include <IOKit/IOTypes.h>

#define kIOMediaClass "IOMedia"
#define kIOMediaContentKey "Content"
#define kIOMediaContentHintKey "Content Hint"
#define kIOMediaEjectableKey "Ejectable"
#define kIOMediaLeafKey "Leaf"
#define kIOMediaOpenKey "Open"
#define kIOMediaPreferredBlockSizeKey "Preferred Block Size"
#define kIOMediaRemovableKey "Removable"
#define kIOMediaSizeKey "Size"
#define kIOMediaUUIDKey "UUID"
#define kIOMediaWholeKey "Whole"
#define kIOMediaWritableKey "Writable"

#endif
