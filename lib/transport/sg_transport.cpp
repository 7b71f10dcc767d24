// SPDX-License-Identifier: Apache-2.0
#include "transport/sg_transport.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace changer {
namespace {

constexpr unsigned sg_major = 21; // SCSI_GENERIC_MAJOR of Linux's <linux/major.h>

// Linux's include/scsi/scsi_status.h, host bytes; sg_err.h names them no more.
constexpr int did_ok = 0x00;
constexpr int did_time_out = 0x03;
constexpr std::array host_names{"ok",
                                "no connection",
                                "bus busy",
                                "time-out",
                                "bad target",
                                "aborted",
                                "parity error",
                                "adapter error",
                                "bus reset",
                                "bad interrupt",
                                "pass-through",
                                "soft error",
                                "immediate retry",
                                "requeue",
                                "transport disrupted",
                                "transport failed fast",
                                "target failure",
                                "nexus failure",
                                "allocation failure",
                                "medium error",
                                "transport marginal"};

// Driver bytes, before Linux 5.14: a code in the low four bits, a suggestion in the high ones.
constexpr int driver_code_mask = 0x0F;
constexpr int driver_timeout = 0x06;
constexpr int driver_sense = 0x08;

/// Blocks every signal of this thread for as long as it lives: the kernel answers an interrupted
/// SG_IO with ERESTARTSYS, and the restarted call sends the command again.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

int kernel_sg_io(int fd, sg_io_hdr& header) {
    return ::ioctl(fd, SG_IO, &header) == 0 ? 0 : errno;
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

Code code_for_open(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return Code::access_denied;
    case EBUSY:
        return Code::device_busy;
    default:
        return Code::device_not_available;
    }
}

/// Says what a refused SG_IO means. Only where the kernel refuses before it sends is it told so.
Error refused_by_kernel(int error, std::size_t length) {
    switch (error) {
    case EAGAIN:
    case EDOM: // too many commands queued on this descriptor
        return {Code::device_busy, "the kernel's queue is full, nothing was sent"};
    case EPERM:
    case EACCES:
        return {Code::access_denied, "the kernel does not allow this command, nothing was sent"};
    case ENOMEM:
    case EINVAL:
        if (length > 0)
            return {Code::not_enough_memory,
                    fmt::format("a transfer of {} bytes is too large ({}), nothing was sent",
                                length,
                                error_text(error))};
        break;
    case ENODEV:
    case ENXIO:
        return {Code::transport_failed, "the device went away, the command's fate is unknown"};
    default:
        break;
    }
    return {Code::transport_failed,
            fmt::format("SG_IO: {}, the command's fate is unknown", error_text(error))};
}

sg_io_hdr fill_header(const Request& request, std::span<unsigned char> sense) {
    // The driver takes pointers to mutable memory whichever way it copies.
    const auto cdb = request.cdb.view();
    sg_io_hdr header{};
    header.interface_id = 'S';
    header.cmdp = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(cdb.data()));
    header.cmd_len = static_cast<unsigned char>(cdb.size());
    header.sbp = sense.data();
    header.mx_sb_len = static_cast<unsigned char>(sense.size());
    header.dxfer_direction = SG_DXFER_NONE;
    if (!request.data_in.empty()) {
        header.dxfer_direction = SG_DXFER_FROM_DEV;
        header.dxferp = request.data_in.data();
        header.dxfer_len = static_cast<unsigned>(request.data_in.size());
    } else if (!request.data_out.empty()) {
        header.dxfer_direction = SG_DXFER_TO_DEV;
        header.dxferp = const_cast<std::byte*>(request.data_out.data());
        header.dxfer_len = static_cast<unsigned>(request.data_out.size());
    }
    // 0 would mean the driver's own default of one minute.
    header.timeout = static_cast<unsigned>(std::clamp<std::chrono::milliseconds::rep>(
        request.timeout.count(), 1, std::numeric_limits<int>::max()));
    return header;
}

/// Returns how the transport failed, by host and driver status; none if the device answered.
std::optional<Error> transport_failure(const sg_io_hdr& header) {
    const auto host = static_cast<std::size_t>(header.host_status);
    if (header.host_status == did_time_out ||
        (header.driver_status & driver_code_mask) == driver_timeout)
        return Error{Code::command_timeout, "no answer in time, the command's fate is unknown"};
    if (header.host_status != did_ok)
        return Error{Code::transport_failed,
                     fmt::format("host status {:02X}h ({}), the command's fate is unknown",
                                 header.host_status,
                                 host < host_names.size() ? host_names.at(host) : "unknown")};
    const int driver = header.driver_status & driver_code_mask;
    if (driver != 0 && driver != driver_sense)
        return Error{Code::transport_failed,
                     fmt::format("driver status {:02X}h, the command's fate is unknown", driver)};
    return std::nullopt;
}

/// Some old adapters' drivers deliver sense data and leave the status byte 0: a refused MOVE must
/// not pass for a done one. NO SENSE and RECOVERED ERROR come with GOOD rightly.
bool hides_check_condition(const sg_io_hdr& header, std::span<const std::byte> sense) {
    if (header.status != 0 || (header.driver_status & driver_code_mask) != driver_sense ||
        sense.size() < 3)
        return false;
    const bool descriptor = (std::to_integer<unsigned>(sense[0]) & 0x7F) >= 0x72;
    return (std::to_integer<unsigned>(sense[descriptor ? 1 : 2]) & 0x0F) > 1;
}

Completion
complete(const Request& request, const sg_io_hdr& header, std::span<const unsigned char> sense) {
    Completion completion;
    const auto written = std::min<std::size_t>(header.sb_len_wr, sense.size());
    for (const unsigned char byte : sense.first(written))
        completion.sense.push_back(std::byte{byte});
    completion.status = hides_check_condition(header, completion.sense)
                            ? scsi::Status::check_condition
                            : scsi::Status{header.status};
    const std::size_t asked = request.data_in.size();
    const auto residual = static_cast<std::size_t>(std::max(header.resid, 0));
    // Linux's iSCSI initiator (libiscsi.c, iscsi_scsi_cmd_rsp) reports by how much a target had too
    // much in the same number: more than was asked for cannot be missing, so everything arrived.
    completion.transferred = residual > asked ? asked : asked - residual;
    return completion;
}

} // namespace

Result<std::unique_ptr<Transport>> SgTransport::open(const std::string& path) {
    // Without O_NONBLOCK open would wait for another program's O_EXCL and for error recovery.
    UniqueFd fd{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    if (!fd) {
        const int error = errno;
        return Error{code_for_open(error), path + ": " + error_text(error)};
    }

    struct stat status {};

    if (::fstat(fd.get(), &status) != 0 || !S_ISCHR(status.st_mode) ||
        major(status.st_rdev) != sg_major)
        return Error{Code::wrong_device_type,
                     path + ": not a generic SCSI device (/dev/sgN or a link to one)"};
    return std::unique_ptr<Transport>(
        std::make_unique<SgTransport>(std::move(fd), SgIo(kernel_sg_io)));
}

SgTransport::SgTransport(UniqueFd fd, SgIo io)
    : fd_(std::move(fd))
    , io_(std::move(io)) {}

Result<Completion> SgTransport::execute(const Request& request) {
    assert(request.data_in.empty() || request.data_out.empty());
    if (gone_)
        return Error{Code::device_not_available, "the device went away, nothing was sent"};
    const std::size_t length = std::max(request.data_in.size(), request.data_out.size());
    if (length > std::numeric_limits<int>::max())
        return refused_by_kernel(ENOMEM, length);
    std::array<unsigned char, 252> sense{}; // SPC-4 4.5: never more
    sg_io_hdr header = fill_header(request, sense);
    const SignalsBlocked blocked;
    if (const int error = io_(fd_.get(), header); error != 0) {
        gone_ = error == ENODEV || error == ENXIO;
        return refused_by_kernel(error, length);
    }
    if (auto failure = transport_failure(header))
        return *std::move(failure);
    return complete(request, header, sense);
}

} // namespace changer
