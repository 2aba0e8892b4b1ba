#pragma once
// The workflow of a person's replies (core/person_reply.h), for Workflows::keep().

#include "core/workflow.h"

#include <memory>

namespace shopbell {

std::shared_ptr<const Workflow> person_reply_workflow();

}  // namespace shopbell
