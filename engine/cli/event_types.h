#pragma once
// `shopbell events --types`: the vocabulary of events as a manual.

#include <string>

namespace shopbell::cli {

/// Prints the event type or noun of that name, or everything when it is empty; with what the shop in `folder`
/// adds, where there is one. 1: there is no such name.
int print_event_types(const std::string& name, const std::string& folder, bool json);

}  // namespace shopbell::cli
