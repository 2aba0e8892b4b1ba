#include "core/profile.h"

#include "core/consents.h"
#include "core/purchases.h"
#include "core/replayed.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

constexpr std::size_t tag_bytes_max = 255;
constexpr std::array<std::string_view, 21> said_fields{
    "id",          "email",   "phone",    "name",     "first_name", "last_name", "company",           "country",
    "city",        "locale",  "timezone", "birthday", "created_at", "consent",   "accepts_marketing", "accepts_email",
    "accepts_sms", "segment", "segments", "verified", "state"};

// Bytes that a value takes, roughly, and no more than the limit plus a bit: it stops looking there.
std::size_t weight(const Value& v) {
  std::size_t sum = 8;
  if (v.is(Kind::string)) return sum + v.size();
  for (const Value& item : v.is(Kind::list) ? v.items() : std::span<const Value>{}) {
    if (sum > profile_field_bytes_max) break;
    sum += weight(item);
  }
  for (const Member& m : v.members()) {
    if (sum > profile_field_bytes_max) break;
    sum += m.key.size() + weight(m.value);
  }
  return sum;
}

// Whether a customer as told is older than the one known: by the platform's own updated_at where both have it.
bool is_older(ProfileDraft& draft, const Value& customer, bool late) {
  const Value said = customer["updated_at"], known = draft.get("updated_at");
  if (!said.is(Kind::timestamp)) return late;
  if (known.is(Kind::timestamp)) late = before(said, known);
  if (!late) draft.set("updated_at", said);
  return late;
}

// Returns whether the event is older than what was seen last.
bool see(ProfileDraft& draft, Time at) {
  const Value now(at);
  const Value first = draft.get("first_seen"), last = draft.get("last_seen");
  const bool stale = last.is(Kind::timestamp) && before(now, last);
  if (!first.is(Kind::timestamp) || before(now, first)) draft.set("first_seen", now);
  if (!stale) draft.set("last_seen", now);
  return stale;
}

std::vector<Value> texts_of(const Value& list) {
  std::vector<Value> texts;
  for (const Value& item : list.is(Kind::list) ? list.items() : std::span<const Value>{}) {
    if (texts.size() == profile_tags_max) break;
    if (item.is(Kind::string) && item.size() > 0 && item.size() <= tag_bytes_max) texts.push_back(item);
  }
  return texts;
}

void put(std::vector<Value>& texts, const Value& text) {
  const bool there = std::any_of(texts.begin(), texts.end(), [&](const Value& t) { return t.text() == text.text(); });
  if (!there && texts.size() < profile_tags_max) texts.push_back(text);
}

void drop(std::vector<Value>& texts, const Value& text) {
  std::erase_if(texts, [&](const Value& t) { return t.text() == text.text(); });
}

void take_tags(ProfileDraft& draft, const Value& said, Arena& arena) {
  std::vector<Value> tags = texts_of(said);
  for (const Value& tag : texts_of(draft.get("tags_removed"))) drop(tags, tag);
  for (const Value& tag : texts_of(draft.get("tags_added"))) put(tags, tag);
  draft.set("tags", make_list(arena, tags));
}

void take_fields(ProfileDraft& draft, const Value& customer, bool stale, Arena& arena) {
  for (const std::string_view name : said_fields) {
    const Value* said = customer.find(name);
    if (said == nullptr || light(*said).is_null()) continue;
    if (!stale || draft.get(name).is_null()) draft.set(name, *said);
  }
  const Value tags = customer["tags"];
  if (tags.is(Kind::list) && (!stale || draft.get("tags").is_null())) take_tags(draft, tags, arena);
}

// In which language somebody buys, where the customer's own is not known.
void take_locale(ProfileDraft& draft, const Event& event) {
  if (!draft.get("locale").is_null()) return;
  for (const char* path : {"order.locale", "checkout.locale"})
    if (const Value locale = light(event.data.at_path(path)); locale.is(Kind::string) && locale.size() > 0)
      return draft.set("locale", locale);
}

Value with_score(const Value& known, std::int64_t answers, double sum, const Value& last, const Value& at, Arena& arena) {
  const bool newer = !known["at"].is(Kind::timestamp) || !before(at, known["at"]);
  answers += known["answers"].integer_or(0);
  sum += known["sum"].number_or(0);
  return make_map(arena, {{"answers", answers},
                          {"sum", sum},
                          {"average", sum / static_cast<double>(answers)},
                          {"last", newer ? last : known["last"]},
                          {"at", newer ? at : known["at"]}});
}

// CSAT: how satisfied the customer is, from 1 to 5. Other surveys ask something else.
void take_survey(ProfileDraft& draft, const Event& event, Arena& arena) {
  const Value survey = event.data["survey"], score = survey["score"];
  const std::string_view kind = survey["kind"].text_or("csat");
  if (event.type != "survey.answered" || kind != "csat") return;
  if (!score.is(Kind::real) && !score.is(Kind::integer)) return;
  const double n = score.number_or(0);
  draft.set("satisfaction", with_score(draft.get("satisfaction"), 1, n, Value(n), Value(event.at), arena));
}

void merge_seen(ProfileDraft& draft, const Value& other) {
  const Value first = other["first_seen"], last = other["last_seen"];
  if (first.is(Kind::timestamp) && (!draft.get("first_seen").is(Kind::timestamp) || before(first, draft.get("first_seen"))))
    draft.set("first_seen", first);
  if (last.is(Kind::timestamp) && (!draft.get("last_seen").is(Kind::timestamp) || before(draft.get("last_seen"), last)))
    draft.set("last_seen", last);
}

void merge_tags(ProfileDraft& draft, const Value& other, Arena& arena) {
  auto tags = texts_of(draft.get("tags")), ours = texts_of(draft.get("tags_added")), off = texts_of(draft.get("tags_removed"));
  for (const Value& tag : texts_of(other["tags"])) put(tags, tag);
  for (const Value& tag : texts_of(other["tags_added"])) put(ours, tag);
  for (const Value& tag : texts_of(other["tags_removed"])) put(off, tag);
  for (const Value& tag : ours) drop(off, tag);
  for (const Value& tag : off) drop(tags, tag);
  draft.set("tags", make_list(arena, tags));
  if (!ours.empty()) draft.set("tags_added", make_list(arena, ours));
  if (!off.empty() || !draft.get("tags_removed").is_null()) draft.set("tags_removed", make_list(arena, off));
}

}  // namespace

Value light(const Value& v) { return weight(v) > profile_field_bytes_max + 8 ? Value() : v; }

bool before(const Value& a, const Value& b) {
  return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanos() < b.nanos();
}

bool has_profile(std::string_view subject) {
  subject = plain_subject(subject);
  return subject != "shop" && subject != "desk" && !subject.starts_with("product:") && !subject.starts_with("ticket:");
}

Value learn(const Value& profile, const Event& event, std::string_view main_currency, Arena& arena) {
  ProfileDraft draft(profile);
  const Value customer = event.data["customer"];
  const bool stale = is_older(draft, customer, see(draft, event.at));
  take_fields(draft, customer, stale, arena);
  take_locale(draft, event);
  learn_consents(draft, event, arena);
  learn_order(draft, event, main_currency, arena);
  take_survey(draft, event, arena);
  take_sums(draft, customer, main_currency, arena);
  if (draft.get("orders_count").is_null()) draft.set("orders_count", 0);
  if (draft.get("tags").is_null()) draft.set("tags", make_list(arena, {}));
  add_up(draft, main_currency);
  return draft.build(arena);
}

Value retag(const Value& profile, std::span<const std::string> added, std::span<const std::string> removed,
            Arena& arena) {
  ProfileDraft draft(profile);
  auto tags = texts_of(draft.get("tags")), ours = texts_of(draft.get("tags_added")),
       off = texts_of(draft.get("tags_removed"));
  const auto kept = [&](const std::string& tag) { return Value(arena.copy(tag)); };
  for (const std::string& tag : added) {
    if (tag.empty() || tag.size() > tag_bytes_max) continue;
    put(tags, kept(tag));
    put(ours, kept(tag));
    drop(off, Value(tag));
  }
  for (const std::string& tag : removed) {
    if (tag.empty() || tag.size() > tag_bytes_max) continue;
    drop(tags, Value(tag));
    drop(ours, Value(tag));
    put(off, kept(tag));
  }
  draft.set("tags", make_list(arena, tags));
  draft.set("tags_added", make_list(arena, ours));
  draft.set("tags_removed", make_list(arena, off));
  return draft.build(arena);
}

Value count_message(const Value& profile, bool sent, bool answered, Arena& arena) {
  ProfileDraft draft(profile);
  const auto more = [&](std::string_view name) { draft.set(name, draft.get(name).integer_or(0) + 1); };
  more(sent ? "messages_sent" : "messages_received");
  if (answered) more("messages_answered");
  return draft.build(arena);
}

Value merge_profiles(const Value& into, const Value& from, std::string_view main_currency, Arena& arena) {
  if (!from.is(Kind::map)) return into;
  if (!into.is(Kind::map)) return from;
  const bool newer = before(into["last_seen"], from["last_seen"]);
  ProfileDraft draft(into);
  for (const std::string_view name : said_fields) {
    const Value said = from[name];
    if (!said.is_null() && (newer || draft.get(name).is_null())) draft.set(name, said);
  }
  merge_seen(draft, from);
  merge_consents(draft, from, arena);
  merge_purchases(draft, from, arena);
  merge_tags(draft, from, arena);
  for (const std::string_view name : {"messages_sent", "messages_received", "messages_answered"})
    if (const std::int64_t more = from[name].integer_or(0); more > 0)
      draft.set(name, draft.get(name).integer_or(0) + more);
  if (const Value score = from["satisfaction"]; score.is(Kind::map))
    draft.set("satisfaction", with_score(draft.get("satisfaction"), score["answers"].integer_or(1),
                                         score["sum"].number_or(0), score["last"], score["at"], arena));
  add_up(draft, main_currency);
  return draft.build(arena);
}

}  // namespace shopbell
