// SPDX-License-Identifier: Apache-2.0
#include "loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <utility>

namespace changer::daemon {

namespace asio = boost::asio;

struct Loop::State {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work =
        asio::make_work_guard(context);
    asio::signal_set signals{context};
    std::function<void(int)> on_signal;

    void wait_for_signal() {
        signals.async_wait([this](boost::system::error_code error, int number) {
            if (error)
                return;
            on_signal(number);
            wait_for_signal();
        });
    }
};

Loop::Loop()
    : state_(std::make_unique<State>()) {}

Loop::~Loop() = default;

void Loop::post(std::function<void()> task) {
    asio::post(state_->context, std::move(task));
}

void Loop::after(std::chrono::milliseconds delay, std::function<void()> task) {
    auto timer = std::make_shared<asio::steady_timer>(state_->context, delay);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code error) {
        if (!error)
            task();
    });
}

void Loop::on_signal(std::function<void(int)> task) {
    state_->on_signal = std::move(task);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        boost::system::error_code ignored; // only a number that is no signal fails
        state_->signals.add(number, ignored);
    }
    state_->wait_for_signal();
}

void Loop::run() {
    state_->context.run();
}

void Loop::stop() {
    state_->context.stop();
}

boost::asio::io_context& Loop::context() {
    return state_->context;
}

} // namespace changer::daemon
