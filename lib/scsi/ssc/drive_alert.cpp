// SPDX-License-Identifier: Apache-2.0
#include "scsi/ssc/drive_alert.hpp"

namespace changer::scsi {
namespace {

using enum AlertSeverity;

/// Source:  SSC-4, TapeAlert flags; TapeAlert 3.0 for 40 to 46, which later drafts have dropped
constexpr std::array<AlertText, 61> drive_alerts{{
    {},
    {warning, "drive has trouble reading"},
    {warning, "drive has trouble writing"},
    {warning, "drive met an error it could not correct"},
    {critical, "cartridge is worn or faulty: its data are at risk"},
    {critical, "cartridge cannot be read"},
    {critical, "cartridge cannot be written"},
    {warning, "cartridge has reached the end of its life"},
    {warning, "cartridge is not of data grade"},
    {critical, "cartridge is write-protected"},
    {information, "a host prevents removal of the cartridge"},
    {information, "cartridge in the drive is a cleaning cartridge"},
    {information, "cartridge is of a format the drive does not support"},
    {critical, "tape is broken: the cartridge can still be taken out"},
    {critical, "tape is broken: the cartridge cannot be taken out"},
    {warning, "memory chip of the cartridge failed"},
    {critical, "cartridge was ejected by hand during an operation"},
    {warning, "cartridge is of a format the drive can only read"},
    {warning, "tape directory was found corrupted at loading"},
    {information, "cartridge is near the end of its life"},
    {critical, "drive needs cleaning now"},
    {warning, "drive is due for cleaning"},
    {critical, "cleaning cartridge is used up"},
    {critical, "cleaning cartridge is none for this drive"},
    {warning, "tape wants to be retensioned"},
    {warning, "one port of the drive has an error"},
    {warning, "cooling fan of the drive failed"},
    {warning, "power supply of the drive failed"},
    {warning, "power consumption of the drive is outside its limits"},
    {warning, "drive needs preventive maintenance"},
    {critical, "drive hardware fault: reset it"},
    {critical, "drive hardware fault: switch it off and on"},
    {warning, "host interface of the drive has a fault"},
    {critical, "cartridge must be ejected and inserted again"},
    {warning, "firmware of the drive could not be updated"},
    {warning, "humidity in the drive is outside its limits"},
    {warning, "temperature in the drive is outside its limits"},
    {warning, "voltage in the drive is outside its limits"},
    {critical, "drive hardware failure is predicted"},
    {warning, "drive wants diagnostics to be run"},
    {critical, "loader cannot talk to the drive"},
    {critical, "a cartridge was left in the loader"},
    {warning, "loader mechanism has a problem"},
    {critical, "door of the loader is open"},
    {critical, "loader hardware fault"},
    {critical, "magazine of the loader is not present"},
    {warning, "loader hardware failure is predicted"},
    {},
    {},
    {},
    {warning, "statistics of the drive were lost"},
    {warning, "tape directory was not written at unloading"},
    {critical, "system area of the tape cannot be written"},
    {critical, "system area of the tape cannot be read"},
    {critical, "start of data was not found on the tape"},
    {critical, "cartridge could not be loaded"},
    {critical, "cartridge could not be unloaded: it is stuck"},
    {critical, "automation interface of the drive failed"},
    {warning, "firmware of the drive failed"},
    {warning, "write-once cartridge failed its integrity check"},
    {warning, "a write-once cartridge was to be overwritten"},
}};

} // namespace

AlertText describe_drive_alert(std::size_t flag) {
    return flag < drive_alerts.size() ? drive_alerts.at(flag) : AlertText{};
}

} // namespace changer::scsi
