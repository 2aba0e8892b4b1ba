#pragma once
// `shopbell why --customer C --workflow W`: why did it, or did it not, start, wait, stop, send.

#include "cli/files.h"

namespace shopbell::cli {

struct WorkflowQuestion {
  std::string customer;  // "7", an e-mail address, or a subject: "customer:7"
  std::string workflow;
  std::string at;        // how it stood then; empty: now
  bool again = false;    // decide anew from the journal, with the workflow as its file is now
};

int why_workflow(const Where& where, const WorkflowQuestion& question, bool json);

}  // namespace shopbell::cli
