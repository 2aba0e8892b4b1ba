#include "core/segments.h"

#include "base/hash.h"
#include "core/profile.h"
#include "core/scope.h"

#include <algorithm>

namespace shopbell {
namespace {

std::span<const Member> known_segments(const Value& profile) {
  const Value known = profile["in_segments"];
  return known.is(Kind::map) ? known.members() : std::span<const Member>{};
}

Value scope_of(const Value& profile, const ShopFacts& shop, Time at, Arena& arena) {
  return make_map(arena, {{"customer", profile}, {"shop", shop_value(shop, arena)}, {"now", Value(at)}});
}

bool holds(const Segment& segment, const Value& scope, Arena& arena) {
  return segment.condition.condition(scope, arena).value_or(false);
}

const std::vector<Segment>& segments_of(const Workflows& workflows) {
  static const std::vector<Segment> none;
  const auto& segments = workflows.shop().segments;
  return segments ? segments->all : none;
}

bool is_defined(const std::vector<Segment>& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const Segment& s) { return s.name == name; });
}

/// One subject's segments on their way to what they are now.
class Update {
 public:
  Update(Turn& turn, std::string_view cause, std::uint32_t depth, bool quiet)
      : turn_(turn), cause_(cause), depth_(depth), quiet_(quiet), profile_(turn.subject.profile) {}

  void make() {
    const auto& all = segments_of(turn_.workflows);
    const Value scope = scope_of(profile_, turn_.workflows.shop(), turn_.at, turn_.arena);
    MapBuilder in(turn_.arena);
    ListBuilder names(turn_.arena);
    bool changed = false;
    for (const Segment& segment : all) {
      const Value* since = profile_["in_segments"].find(segment.name);
      const bool now = holds(segment, scope, turn_.arena);
      if (now) in.add(segment.name, since != nullptr ? *since : Value(turn_.at));
      if (now) names.add(Value(segment.name));
      if (now == (since != nullptr)) continue;
      changed = true;
      change(segment, now, scope);
    }
    for (const Member& m : known_segments(profile_)) {
      if (is_defined(all, m.key.text_or({}))) continue;
      turn_.made.segments.push_back({std::string(m.key.text_or({})), false});  // it is no segment any more
      changed = true;
    }
    const Value list = names.build();
    if (changed || !same(profile_["segments"], list))
      turn_.set_profile(MapBuilder(turn_.arena, profile_).add("in_segments", in.build()).add("segments", list).build());
  }

 private:
  void change(const Segment& segment, bool entered, const Value& scope) {
    turn_.made.segments.push_back({segment.name, entered});
    turn_.note(entered ? "segment_entered" : "segment_left",
               segment.name + ": " + turn_.why(segment.condition, scope));
    if (quiet_) return;
    const std::string_view type = entered ? segment_entered : segment_left;
    Event event;
    event.id = turn_.arena.copy(
        id_of({type, segment.name, turn_.subject.id, std::to_string(to_ms(turn_.at)), cause_}));
    event.source = "shopbell";
    event.type = type;
    event.subject = turn_.arena.copy(turn_.subject.id);
    event.at = turn_.at;
    MapBuilder about(turn_.arena);
    about.add("name", turn_.arena.copy(segment.name));
    if (!segment.title.empty()) about.add("title", turn_.arena.copy(segment.title));
    event.data = make_map(turn_.arena, {{"segment", about.build()}});
    turn_.made.following.push_back({turn_.subject.id, {event, depth_, {}, {}}});
  }

  Turn& turn_;
  std::string_view cause_;
  std::uint32_t depth_;
  bool quiet_;
  Value profile_;
};

}  // namespace

void update_segments(Turn& turn, std::string_view cause, std::uint32_t depth, bool quiet) {
  const bool any = !segments_of(turn.workflows).empty() || !known_segments(turn.subject.profile).empty();
  if (!any || !has_profile(turn.subject.id) || !turn.subject.profile.is(Kind::map)) return;
  Update(turn, cause, depth, quiet).make();
  turn.segments_edition = turn.profile_edition;
}

bool segments_differ(const Workflows& workflows, const Subject& subject, Time at, Arena& arena) {
  const auto& all = segments_of(workflows);
  if (!has_profile(subject.id) || !subject.profile.is(Kind::map) || !subject.leads_to.empty()) return false;
  for (const Member& m : known_segments(subject.profile))
    if (!is_defined(all, m.key.text_or({}))) return true;
  if (all.empty()) return false;
  const Value scope = scope_of(subject.profile, workflows.shop(), at, arena);
  return std::any_of(all.begin(), all.end(), [&](const Segment& segment) {
    return holds(segment, scope, arena) != (subject.profile["in_segments"].find(segment.name) != nullptr);
  });
}

}  // namespace shopbell
