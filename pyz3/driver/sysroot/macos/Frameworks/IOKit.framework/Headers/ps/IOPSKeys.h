/* Names of the properties of a power source. */
#ifndef PYZ3_IOKIT_IOPSKEYS_H
#define PYZ3_IOKIT_IOPSKEYS_H

#define kIOPSNameKey "Name"
#define kIOPSTypeKey "Type"
#define kIOPSTransportTypeKey "Transport Type"
#define kIOPSPowerSourceIDKey "Power Source ID"
#define kIOPSPowerSourceStateKey "Power Source State"
#define kIOPSCurrentCapacityKey "Current Capacity"
#define kIOPSMaxCapacityKey "Max Capacity"
#define kIOPSDesignCapacityKey "DesignCapacity"
#define kIOPSTimeToEmptyKey "Time to Empty"
#define kIOPSTimeToFullChargeKey "Time to Full Charge"
#define kIOPSVoltageKey "Voltage"
#define kIOPSCurrentKey "Current"
#define kIOPSIsChargingKey "Is Charging"
#define kIOPSIsChargedKey "Is Charged"
#define kIOPSIsPresentKey "Is Present"
#define kIOPSBatteryHealthKey "BatteryHealth"

#define kIOPSACPowerValue "AC Power"
#define kIOPSBatteryPowerValue "Battery Power"
#define kIOPSOffLineValue "Off Line"
#define kIOPSInternalBatteryType "InternalBattery"
#define kIOPSUPSType "UPS"

#endif
