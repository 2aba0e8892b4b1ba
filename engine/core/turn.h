#pragma once
// One input being applied to one subject: what the parts of the core share while it lasts.

#include "core/apply.h"

#include <string>
#include <string_view>
#include <utility>

namespace shopbell {

/// A part that has ended, for the run that waits for it.
struct PartOver {
  std::string parent;
  Run part;
};

struct Turn {
  const Workflows& workflows;
  Subject& subject;
  Time at;
  Arena& arena;
  Telling telling = Telling::why;
  Transition made{};
  Value shop{};                  // as expressions see it
  std::vector<Run> parts_begun{};      // to be started when the runs at hand are settled
  std::vector<PartOver> parts_over{};
  std::vector<std::pair<std::string, std::string>> parts_left{};  // runs to be ended, and why
  std::size_t parts_count = 0;         // begun by this input
  std::uint32_t segments_edition = 0;  // the profile's edition that the segments are of
  bool owner_changed = false;          // of a conversation, and runs have not been told
  std::uint32_t profile_edition = 0;  // one more at each change of the profile: scopes built before are stale

  void note(std::string_view code, std::string text, std::string_view workflow = {}, std::string_view run = {},
            std::string_view step = {}) {
    made.notes.push_back(
        {std::string(code), std::string(workflow), std::string(run), std::string(step), std::move(text)});
  }
  /// Which operands decided, where somebody will read it.
  std::string why(const cel::Program& condition, const Value& scope) const {
    return telling == Telling::why ? condition.explain(scope, arena) : std::string();
  }
  void set_profile(const Value& profile) {
    subject.profile = profile;
    made.subject_changed = true;
    ++profile_edition;
  }
  void set_conversation(const Value& conversation) {
    subject.conversation = conversation;
    made.subject_changed = true;
  }
};

/// "no such field: totl (in "order.totl > 3", column 7; did you mean order.total?)". `file` is the name
/// of a template, if it has one.
std::string describe(const Error& error, std::string_view source = {}, std::string_view file = {});

}  // namespace shopbell
