// The program: reads the command line, runs one command. Exceptions end here.

#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

constexpr const char* about =
    "Shopbell: the bell over the door of an online shop.\n"
    "Something happens, it rings, and somebody attends: a machine where a machine is better, a person\n"
    "where a person is.\n\n"
    "  shopbell check DIR       are my workflows in order?\n"
    "  shopbell test DIR        do they do what their tests say?\n"
    "  shopbell serve DIR       run the shop in DIR\n"
    "  shopbell why EVENT       what came of this event, and why?\n";

int run_program(int argc, char** argv) {
  CLI::App app(about, "shopbell");
  app.set_version_flag("--version", "shopbell " SHOPBELL_VERSION);
  app.require_subcommand(1);
  shopbell::cli::Run run;
  for (const auto add : {shopbell::cli::add_serve, shopbell::cli::add_check, shopbell::cli::add_send, shopbell::cli::add_events,
                         shopbell::cli::add_runs, shopbell::cli::add_why, shopbell::cli::add_tickets, shopbell::cli::add_actions,
                         shopbell::cli::add_schema, shopbell::cli::add_test, shopbell::cli::add_backtest, shopbell::cli::add_eval,
                         shopbell::cli::add_render, shopbell::cli::add_deploy, shopbell::cli::add_replay, shopbell::cli::add_import,
                         shopbell::cli::add_customer, shopbell::cli::add_segments, shopbell::cli::add_attention, shopbell::cli::add_conversations,
                         shopbell::cli::add_retry, shopbell::cli::add_skip, shopbell::cli::add_cancel, shopbell::cli::add_train,
                         shopbell::cli::add_correct, shopbell::cli::add_teach, shopbell::cli::add_sources, shopbell::cli::add_requests,
                         shopbell::cli::add_queues, shopbell::cli::add_report, shopbell::cli::add_people})
    add(shopbell::cli::Command(&app), run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_program(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "shopbell: {}\n", e.what());
    return 1;
  }
}
