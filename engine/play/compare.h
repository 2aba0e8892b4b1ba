#pragma once
// One version of a shop, or two, over its recorded events, in one call: for the command and for the server. Nothing is
// sent, nothing is written.
//
//   auto now = load_candidate("the edit", staged_folder), before = load_candidate("as it is", shop_folder);
//   Question question;
//   question.logs = {data_folder};                                  // the shop's journal
//   question.bounds.until = std::chrono::steady_clock::now() + 60s;
//   const auto found = compare({&*now.value, &*before.value}, question);
//   if (found) answer(to_json(*found));                             // play/findings.h
//
// With one thread all happens on the caller's, which may be one of low priority. Memory: under 1 KB for each subject of
// each version, and 8 MiB of the log with what is read of it for each thread.

#include "load/load.h"
#include "play/findings.h"

#include <memory>
#include <string>
#include <vector>

namespace shopbell::play {

/// A version of a shop as it is played.
struct Candidate {
  std::string name;  // as findings call it: "main~3"
  Shop shop;         // its workflows are lean (play/lean.h): of no use elsewhere
  std::unique_ptr<Workflows> workflows;
};

/// The shop in a folder. `render`: every message is rendered, too, so that those are found that cannot be; slower.
Read<Candidate> load_candidate(std::string name, const std::string& folder, bool render = false);
/// Leaves those workflows alone. Errors: "no_such_workflow" (in none of the versions).
Result<void> keep_only(const std::vector<std::string>& workflows, const std::vector<Candidate*>& versions);

struct Question {
  std::vector<std::string> logs;  // each a file, a folder of them or a shop's data folder; played beside each other, by time
  Model model;                    // what comes of calls
  std::function<bool(const Event&, Arena&)> meant{};  // which events are played; empty: all. Called by every thread
  std::vector<std::string> meant_reads{};             // fields that it reads: "order.total"
  std::size_t threads = 1;        // what is found does not depend on it
  Bounds bounds{};                // where one is reached, the findings are of what came before, and log.cut says so
};

/// `versions`: one, or two: what is asked about, and what it is compared with; the first one's sources map recorded
/// webhooks. Errors: "no_such_file", "no_log", "broken_log", "io", "cancelled" (by bounds.go_on).
Result<Findings> compare(const std::vector<const Candidate*>& versions, const Question& question);

}  // namespace shopbell::play
