// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_session.hpp"

#include "support/bytes.hpp"

#include <fmt/format.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace changer {
namespace {

using namespace std::chrono_literals;

/// Above every SCSI status: libiscsi's own SCSI_STATUS_CANCELLED, _ERROR, _TIMEOUT.
constexpr int last_scsi_status = 0xFF;

template <class Outcome>
void on_done(iscsi_context*, int status, void*, void* outcome) {
    *static_cast<Outcome*>(outcome) = {.done = true, .status = status};
}

struct FreeTask {
    void operator()(scsi_task* task) const { scsi_free_scsi_task(task); }
};

using TaskPointer = std::unique_ptr<scsi_task, FreeTask>;

/// Milliseconds for poll(), rounded up so that it does not return just before the deadline.
int poll_timeout(std::chrono::steady_clock::time_point deadline, std::chrono::milliseconds most) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp(left, 0ms, most).count());
}

TaskPointer make_task(const Request& request) {
    std::array<unsigned char, scsi::Cdb::max_length> cdb{};
    const auto bytes = request.cdb.view();
    std::transform(bytes.begin(), bytes.end(), cdb.begin(), std::to_integer<unsigned char>);
    const bool in = !request.data_in.empty();
    const bool out = !request.data_out.empty();
    const auto length = static_cast<int>(in ? request.data_in.size() : request.data_out.size());
    const int direction = in ? SCSI_XFER_READ : out ? SCSI_XFER_WRITE : SCSI_XFER_NONE;
    return TaskPointer(
        scsi_create_task(static_cast<int>(bytes.size()), cdb.data(), direction, length));
}

std::span<const std::byte> received(const scsi_task& task) {
    if (task.datain.data == nullptr || task.datain.size <= 0)
        return {};
    return std::as_bytes(std::span(task.datain.data, static_cast<std::size_t>(task.datain.size)));
}

/// Copies the data that arrived. An underflow residual may say that the target counts fewer bytes
/// as valid; an overflow residual says that it had more, which is no error.
std::size_t take_data(const Request& request, const scsi_task& task) {
    const auto data = received(task);
    std::size_t valid = std::min(data.size(), request.data_in.size());
    if (task.residual_status == SCSI_RESIDUAL_UNDERFLOW)
        valid = std::min(valid,
                         request.data_in.size() - std::min(task.residual, request.data_in.size()));
    std::copy_n(data.begin(), valid, request.data_in.begin());
    return valid;
}

/// Takes the sense data out of a response's data segment.
/// Source:  RFC 7143 11.4.7: two bytes of length before it
std::vector<std::byte> take_sense(const scsi_task& task) {
    ByteReader in(received(task));
    const std::size_t announced = in.be(2);
    const auto sense = in.bytes(std::min(announced, in.remaining()));
    return {sense.begin(), sense.end()};
}

Completion complete(const Request& request, const scsi_task& task, int status) {
    Completion completion;
    completion.status = scsi::Status(static_cast<std::uint8_t>(status));
    if (completion.status == scsi::Status::check_condition)
        completion.sense = take_sense(task);
    else
        completion.transferred = take_data(request, task);
    return completion;
}

/// Takes the error that ended a connection off its socket; 0 if there is none.
int pending_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

/// Hands the options to a fresh context.
Result<void> configure(iscsi_context* context, const IscsiUrl& url, const IscsiOptions& options) {
    // By default a lost session is logged in again and its commands, a MOVE among them, re-sent.
    iscsi_set_noautoreconnect(context, 1);
    iscsi_set_timeout(context, 0); // it follows the wall clock; the deadlines here do not
    iscsi_set_session_type(context, ISCSI_SESSION_NORMAL);
    iscsi_set_header_digest(context, ISCSI_HEADER_DIGEST_NONE_CRC32C);
    iscsi_set_targetname(context, url.target.c_str());
    const auto id = session_id(options.session_owner, to_string(url));
    iscsi_set_isid_random(context, id.random, id.qualifier);
    if (options.chap_user.empty())
        return {};
    const auto secret = read_chap_secret(options.chap_secret_file);
    if (!secret)
        return secret.error();
    iscsi_set_initiator_username_pwd(context, options.chap_user.c_str(), secret->c_str());
    return {};
}

} // namespace

Result<std::unique_ptr<IscsiSession>> IscsiSession::login(const IscsiUrl& url,
                                                          const IscsiOptions& options) {
    const auto where = "connect to " + portal(url);
    const auto deadline = std::chrono::steady_clock::now() + options.login_timeout;
    Outcome outcome; // outlives the session below, which may call back while it is dropped
    std::unique_ptr<IscsiSession> session(
        new IscsiSession(iscsi_create_context(options.initiator_name.c_str())));
    if (session->context_ == nullptr)
        return Error{Code::device_not_available, where + ": no memory for a session"};
    if (auto configured = configure(session->context_, url, options); !configured)
        return std::move(configured).error().in(where);
    auto wait = session->enter(portal(url), deadline, outcome);
    if (wait == Wait::done && outcome.status == SCSI_STATUS_REDIRECT) {
        const std::string elsewhere = iscsi_get_target_address(session->context_);
        iscsi_disconnect(session->context_);
        wait = session->enter(elsewhere, deadline, outcome);
    }
    if (wait == Wait::done && outcome.status == SCSI_STATUS_GOOD)
        return session;
    Error error{Code::device_not_available,
                where + ": " +
                    (wait == Wait::timed_out ? "no answer in time" : session->last_error())};
    session->drop();
    return error;
}

/// Connects and logs in. Not by libiscsi's own function for both: that leaks memory when it is
/// given up, and with a LUN sends a TEST UNIT READY that eats the unit attention.
IscsiSession::Wait
IscsiSession::enter(const std::string& portal, Deadline deadline, Outcome& outcome) {
    outcome = {};
    if (iscsi_connect_async(context_, portal.c_str(), on_done<Outcome>, &outcome) != 0)
        return Wait::lost;
    // The socket is made by connect; a daemon's children must not inherit it.
    ::fcntl(iscsi_get_fd(context_), F_SETFD, FD_CLOEXEC);
    const auto connected = wait_until(deadline, outcome.done);
    if (connected != Wait::done || outcome.status != SCSI_STATUS_GOOD)
        return connected == Wait::done ? Wait::lost : connected;
    outcome = {};
    if (iscsi_login_async(context_, on_done<Outcome>, &outcome) != 0)
        return Wait::lost;
    return wait_until(deadline, outcome.done);
}

IscsiSession::~IscsiSession() {
    if (context_ == nullptr)
        return;
    Outcome outcome;
    if (iscsi_is_logged_in(context_) &&
        iscsi_logout_async(context_, on_done<Outcome>, &outcome) == 0)
        wait_until(std::chrono::steady_clock::now() + 1s, outcome.done);
    drop();
}

/// Closes the connection; commands in flight are called back from within.
void IscsiSession::drop() {
    if (context_ != nullptr)
        iscsi_destroy_context(std::exchange(context_, nullptr));
}

std::string IscsiSession::last_error() const {
    if (socket_error_ != 0) // libiscsi says only that it does not connect again
        return std::generic_category().message(socket_error_);
    std::string text = iscsi_get_error(context_);
    while (!text.empty() && (text.back() == '\n' || text.back() == '.'))
        text.pop_back();
    return text.empty() ? "the target closed the connection" : text;
}

IscsiSession::Wait IscsiSession::wait_until(Deadline deadline, const bool& done) {
    while (!done) {
        const int events = iscsi_which_events(context_);
        pollfd entry{iscsi_get_fd(context_), static_cast<short>(events), 0};
        // Nothing to wait for means: ask again after a while (iscsi.h, iscsi_which_events).
        const int ready = ::poll(&entry, 1, poll_timeout(deadline, events == 0 ? 100ms : 60'000ms));
        if (ready < 0 && errno != EINTR)
            return Wait::lost;
        if (ready > 0 && (entry.revents & POLLERR) != 0)
            socket_error_ = pending_error(entry.fd);
        if (ready > 0 && iscsi_service(context_, entry.revents) < 0)
            return done ? Wait::done : Wait::lost;
        if (!done && std::chrono::steady_clock::now() >= deadline)
            return Wait::timed_out;
    }
    return Wait::done;
}

bool IscsiSession::alive() {
    constexpr int most_messages = 64;
    for (int i = 0; i < most_messages; ++i) {
        pollfd entry{iscsi_get_fd(context_), POLLIN | POLLRDHUP, 0};
        const int ready = ::poll(&entry, 1, 0);
        if (ready == 0)
            return true;
        if (ready < 0 || (entry.revents & ~POLLIN) != 0)
            return false;
        if (iscsi_service(context_, POLLIN) < 0 || !iscsi_is_logged_in(context_))
            return false;
    }
    return false; // it talks and talks
}

Result<Completion> IscsiSession::execute(const Request& request, std::uint16_t lun) {
    const auto deadline = std::chrono::steady_clock::now() + request.timeout;
    const auto task = make_task(request);
    if (!task)
        return Error{Code::not_enough_memory, "no memory for a command, nothing was sent"};
    iscsi_data data{request.data_out.size(), nullptr};
    if (!request.data_out.empty())
        data.data = const_cast<unsigned char*>(
            reinterpret_cast<const unsigned char*>(request.data_out.data()));
    Outcome outcome;
    if (iscsi_scsi_command_async(context_,
                                 lun,
                                 task.get(),
                                 on_done<Outcome>,
                                 data.data == nullptr ? nullptr : &data,
                                 &outcome) != 0) {
        Error error{Code::transport_failed, last_error()};
        drop();
        return error;
    }
    const auto wait = wait_until(deadline, outcome.done);
    if (wait == Wait::done && outcome.status >= 0 && outcome.status <= last_scsi_status)
        return complete(request, *task, outcome.status);
    Error error{Code::transport_failed,
                "session lost, the command's fate is unknown: " + last_error()};
    if (wait == Wait::timed_out)
        error = {Code::command_timeout, "no answer in time, the command's fate is unknown"};
    drop();
    return error;
}

} // namespace changer
