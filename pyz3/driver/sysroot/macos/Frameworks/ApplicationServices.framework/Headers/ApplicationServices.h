/* Of the many frameworks that this one stands for, those that are here. */
#ifndef PYZ3_APPLICATIONSERVICES_H
#define PYZ3_APPLICATIONSERVICES_H

#include <CoreFoundation/CoreFoundation.h>
#include <CoreGraphics/CoreGraphics.h>
#include <CoreServices/CoreServices.h>

#endif
