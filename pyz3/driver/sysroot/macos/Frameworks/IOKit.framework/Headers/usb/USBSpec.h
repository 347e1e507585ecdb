/* Names of the properties of a USB device. */
#ifndef PYZ3_IOKIT_USBSPEC_H
#define PYZ3_IOKIT_USBSPEC_H

#define kUSBVendorID "idVendor"
#define kUSBProductID "idProduct"
#define kUSBDeviceClass "bDeviceClass"
#define kUSBDeviceSubClass "bDeviceSubClass"
#define kUSBInterfaceNumber "bInterfaceNumber"
#define kUSBInterfaceClass "bInterfaceClass"
#define kUSBInterfaceSubClass "bInterfaceSubClass"
#define kUSBVendorString "USB Vendor Name"
#define kUSBProductString "USB Product Name"
#define kUSBSerialNumberString "USB Serial Number"

#endif
