#pragma once
// The commands of `shopbell`, one file each. Each adds itself to the command line and, when it is the
// one that was asked for, sets `run`. Exit codes: 0; 1 for a finding (a broken file, an unknown id);
// 2 for wrong usage.

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace shopbell::cli {

using Run = std::function<int()>;

void add_serve(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_backtest(CLI::App& app, Run& run);
void add_test(CLI::App& app, Run& run);
void add_eval(CLI::App& app, Run& run);
void add_render(CLI::App& app, Run& run);
void add_events(CLI::App& app, Run& run);
void add_runs(CLI::App& app, Run& run);
void add_why(CLI::App& app, Run& run);
void add_tickets(CLI::App& app, Run& run);
void add_actions(CLI::App& app, Run& run);
void add_deploy(CLI::App& app, Run& run);
void add_sources(CLI::App& app, Run& run);
void add_requests(CLI::App& app, Run& run);
void add_queues(CLI::App& app, Run& run);
void add_people(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_send(CLI::App& app, Run& run);
void add_customer(CLI::App& app, Run& run);
void add_segments(CLI::App& app, Run& run);
void add_attention(CLI::App& app, Run& run);
void add_conversations(CLI::App& app, Run& run);
void add_retry(CLI::App& app, Run& run);
void add_skip(CLI::App& app, Run& run);
void add_cancel(CLI::App& app, Run& run);
void add_schema(CLI::App& app, Run& run);
void add_train(CLI::App& app, Run& run);
void add_correct(CLI::App& app, Run& run);
void add_teach(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);
void add_import(CLI::App& app, Run& run);

}  // namespace shopbell::cli
