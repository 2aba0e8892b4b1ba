#pragma once
// The commands of `shopbell`, one file each. Each adds itself to the command line and, when it is the
// one that was asked for, sets `run`. Exit codes: 0; 1 for a finding (a broken file, an unknown id);
// 2 for wrong usage.

#include "cli/command.h"

#include <functional>
#include <string>

namespace shopbell::cli {

using Run = std::function<int()>;

void add_serve(Command app, Run& run);
void add_check(Command app, Run& run);
void add_backtest(Command app, Run& run);
void add_test(Command app, Run& run);
void add_eval(Command app, Run& run);
void add_render(Command app, Run& run);
void add_events(Command app, Run& run);
void add_runs(Command app, Run& run);
void add_why(Command app, Run& run);
void add_tickets(Command app, Run& run);
void add_actions(Command app, Run& run);
void add_deploy(Command app, Run& run);
void add_sources(Command app, Run& run);
void add_requests(Command app, Run& run);
void add_queues(Command app, Run& run);
void add_people(Command app, Run& run);
void add_report(Command app, Run& run);
void add_send(Command app, Run& run);
void add_customer(Command app, Run& run);
void add_segments(Command app, Run& run);
void add_attention(Command app, Run& run);
void add_conversations(Command app, Run& run);
void add_retry(Command app, Run& run);
void add_skip(Command app, Run& run);
void add_cancel(Command app, Run& run);
void add_schema(Command app, Run& run);
void add_train(Command app, Run& run);
void add_correct(Command app, Run& run);
void add_teach(Command app, Run& run);
void add_replay(Command app, Run& run);
void add_import(Command app, Run& run);

}  // namespace shopbell::cli
