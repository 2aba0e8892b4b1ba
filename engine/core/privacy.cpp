#include "core/privacy.h"

#include "base/hash.h"
#include "core/profile.h"
#include "core/replayed.h"
#include "core/runs.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view data_request = "privacy.data_request", redact = "privacy.redact";
constexpr std::size_t phone_digits_min = 7;

std::string text_of(const Value& v) {
  if (v.is(Kind::integer)) return std::to_string(v.integer());
  if (v.is(Kind::uint)) return std::to_string(v.uint());
  return std::string(v.text_or({}));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

void put(std::vector<std::string>& to, std::string text) {
  if (!text.empty() && std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
}

// "+34 600 111 222" is a sender 34600111222 of messages, too.
void add_phone(Asked& asked, const std::string& phone) {
  std::string digits;
  std::copy_if(phone.begin(), phone.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.size() < phone_digits_min) return;
  for (const std::string& form : {phone, digits, "+" + digits}) {
    put(asked.texts, lower(form));
    put(asked.subjects, "customer:" + form);
  }
}

void add_names(Asked& asked, const Value& customer) {
  if (const std::string id = text_of(customer["id"]); !id.empty()) put(asked.subjects, "customer:" + id);
  if (const std::string email = lower(text_of(customer["email"])); !email.empty()) {
    put(asked.texts, email);
    put(asked.subjects, "customer:" + email);
  }
  add_phone(asked, text_of(customer["phone"]));
}

bool is_of_shop(const Event& event) { return event.data["privacy"]["scope"].text_or({}) == "shop"; }

}  // namespace

void take_request(Turn& turn, const Event& event) {
  if ((event.type != data_request && event.type != redact) || is_replayed(turn.subject.id)) return;
  Asked asked;
  asked.id = id_of({"asked", event.source, event.id});
  asked.kind = event.type == redact ? "erase" : "export";
  if (is_of_shop(event)) {
    asked.source = event.source;
  } else {
    add_names(asked, event.data["customer"]);
    if (has_profile(turn.subject.id)) {
      put(asked.subjects, turn.subject.id);
      for (const std::string& name : turn.subject.identities) put(asked.subjects, name);
      for (const std::string& name : turn.subject.merged) put(asked.subjects, name);
      add_names(asked, turn.subject.profile);
      const Value tickets = turn.subject.profile["tickets"];
      for (const Value& id : tickets.is(Kind::list) ? tickets.items() : std::span<const Value>{})
        put(asked.subjects, "ticket:" + std::string(id.text_or({})));
    }
    const Value orders = event.data["privacy"]["orders"];
    for (const Value& order : orders.is(Kind::list) ? orders.items() : std::span<const Value>{})
      if (const std::string id = text_of(order); !id.empty()) put(asked.subjects, "order:" + id);
  }
  if (asked.subjects.empty() && asked.source.empty())
    return turn.note("error", "the request names nobody: no customer.id, email or phone, and privacy.scope is not shop");
  turn.note("asked", asked.kind + ": request " + asked.id);
  turn.made.asked.push_back(std::move(asked));
}

void forget_subject(Turn& turn, const Event& event) {
  if (event.type != redact || is_of_shop(event) || !has_profile(turn.subject.id)) return;
  std::vector<std::string> open;
  for (const Run& run : turn.subject.runs) open.push_back(run.id);
  for (const std::string& id : open)
    for (Run& run : turn.subject.runs)
      if (run.id == id) {
        end_run(turn, run, RunStatus::stopped, "the customer is forgotten");
        settle(turn, id);
        break;
      }
  const std::string id = turn.subject.id;
  std::vector<Run> left = std::move(turn.subject.runs);
  turn.subject = Subject{};
  turn.subject.id = id;
  turn.subject.runs = std::move(left);
  turn.made.subject_changed = true;
  ++turn.profile_edition;
}

}  // namespace shopbell
