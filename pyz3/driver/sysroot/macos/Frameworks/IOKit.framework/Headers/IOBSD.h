/* Names of the properties that join IOKit's objects to BSD's devices. */
#ifndef PYZ3_IOKIT_IOBSD_H
#define PYZ3_IOKIT_IOBSD_H

#define kIOBSDKey "IOBSD"
#define kIOBSDNameKey "BSD Name"
#define kIOBSDNamesKey "BSD Names"
#define kIOBSDMajorKey "BSD Major"
#define kIOBSDMinorKey "BSD Minor"
#define kIOBSDUnitKey "BSD Unit"

#endif
