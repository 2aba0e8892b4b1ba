#pragma once
// What a workflow alone cannot know: whether the shop has the hours that it names, and the workflows that it
// calls.

#include "load/load.h"

namespace shopbell {

/// Mistakes, placed in the workflows' files. Pure.
std::vector<Diagnostic> check_links(const std::vector<std::shared_ptr<const Workflow>>& workflows,
                                    const ShopConfig& shop);

}  // namespace shopbell
