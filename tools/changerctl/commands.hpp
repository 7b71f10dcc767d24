// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/command.hpp"

namespace changer::ctl {

// What the rows of the table run; each prints to the context and returns the exit code.

Result<int> run_libraries(Context& context, const Arguments& arguments);
Result<int> run_status(Context& context, const Arguments& arguments);
Result<int> run_drives(Context& context, const Arguments& arguments);
Result<int> run_media(Context& context, const Arguments& arguments);
Result<int> run_diff(Context& context, const Arguments& arguments);

Result<int> run_explain(Context& context, const Arguments& arguments);

Result<int> run_door(Context& context, const Arguments& arguments);
Result<int> run_inventory(Context& context, const Arguments& arguments);
Result<int> run_identify(Context& context, const Arguments& arguments);
Result<int> run_load(Context& context, const Arguments& arguments);
Result<int> run_unload(Context& context, const Arguments& arguments);
Result<int> run_move(Context& context, const Arguments& arguments);
Result<int> run_exchange(Context& context, const Arguments& arguments);
Result<int> run_position(Context& context, const Arguments& arguments);
Result<int> run_enable(Context& context, const Arguments& arguments);
Result<int> run_disable(Context& context, const Arguments& arguments);

Result<int> run_set(Context& context, const Arguments& arguments);
Result<int> run_order(Context& context, const Arguments& arguments);
Result<int> run_request(Context& context, const Arguments& arguments);

Result<int> run_jobs(Context& context, const Arguments& arguments);
Result<int> run_job(Context& context, const Arguments& arguments);
Result<int> run_wait(Context& context, const Arguments& arguments);
Result<int> run_cancel(Context& context, const Arguments& arguments);

Result<int> run_requests(Context& context, const Arguments& arguments);
Result<int> run_answer(Context& context, const Arguments& arguments);
Result<int> run_events(Context& context, const Arguments& arguments);

Result<int> run_discover(Context& context, const Arguments& arguments);
Result<int> run_verify(Context& context, const Arguments& arguments);

} // namespace changer::ctl
