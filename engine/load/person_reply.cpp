#include "load/person_reply.h"

#include "core/person_reply.h"

namespace shopbell {

std::shared_ptr<const Workflow> person_reply_workflow() {
  static const std::shared_ptr<const Workflow> made = [] {
    auto workflow = std::make_shared<Workflow>();
    workflow->id = workflow->version = person_reply;
    workflow->title = "A person's reply";
    Instruction& step = workflow->program.emplace_back();
    step.id = step.label = "reply";
    step.action = find_action("reply");
    return workflow;
  }();
  return made;
}

}  // namespace shopbell
