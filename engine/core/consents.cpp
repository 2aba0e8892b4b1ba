#include "core/consents.h"

#include "base/time.h"

namespace shopbell {
namespace {

constexpr std::string_view marketing = "marketing";
constexpr std::size_t text_bytes_max = 64;

/// The consents being changed.
class Ledger {
 public:
  Ledger(ProfileDraft& draft, Arena& arena) : draft_(draft), arena_(arena) {
    const Value known = draft.get("consents");
    entries_.assign(items_of(known).begin(), items_of(known).end());
  }

  void take(std::string_view channel, std::string_view purpose, bool given, const Value& at, std::string_view source) {
    if (channel.empty() || channel.size() > text_bytes_max || purpose.size() > text_bytes_max) return;
    const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Value& e) {
      return e["channel"].text_or({}) == channel && e["purpose"].text_or({}) == purpose;
    });
    const bool fresh = known == entries_.end();
    if (fresh ? entries_.size() >= consents_max : !replaces(*known, given, at)) return;
    const Value entry = make_map(arena_, {{"channel", channel}, {"purpose", purpose}, {"given", given}, {"at", at}, {"source", source}});
    if (fresh) entries_.push_back(entry);
    else *known = entry;
  }

  void keep() {
    if (entries_.empty()) return;
    draft_.set("consents", make_list(arena_, entries_));
    MapBuilder flags(arena_, draft_.get("consent"));
    for (const Value& e : entries_)
      if (e["purpose"].text_or({}) == marketing) flags.add(e["channel"].text_or({}), e["given"]);
    draft_.set("consent", flags.build());
  }

 private:
  /// What says the same again keeps its first time.
  static bool replaces(const Value& known, bool given, const Value& at) {
    if (known["given"].boolean_or(false) == given) return before(at, known["at"]);
    return !before(at, known["at"]);
  }

  ProfileDraft& draft_;
  Arena& arena_;
  std::vector<Value> entries_;
};

}  // namespace

void learn_consents(ProfileDraft& draft, const Event& event, Arena& arena) {
  const Value customer = event.data["customer"];
  if (customer["consent"].is_null() && customer["consents"].is_null()) return;
  Ledger ledger(draft, arena);
  for (const Member& m : customer["consent"].members())
    if (m.value.is(Kind::boolean))
      ledger.take(m.key.text_or({}), marketing, m.value.boolean(), Value(event.at), event.source);
  for (const Value& said : items_of(customer["consents"])) {
    const auto at = parse_time(said["at"].text_or({}));
    const Value since = said["at"].is(Kind::timestamp) ? said["at"] : Value(at ? *at : event.at);
    if (said["given"].is(Kind::boolean))
      ledger.take(said["channel"].text_or({}), said["purpose"].text_or(marketing), said["given"].boolean(), since,
                  said["source"].text_or(event.source));
  }
  ledger.keep();
}

void merge_consents(ProfileDraft& draft, const Value& other, Arena& arena) {
  Ledger ledger(draft, arena);
  for (const Value& e : items_of(other["consents"]))
    ledger.take(e["channel"].text_or({}), e["purpose"].text_or({}), e["given"].boolean_or(false), e["at"],
                e["source"].text_or({}));
  ledger.keep();
}

}  // namespace shopbell
