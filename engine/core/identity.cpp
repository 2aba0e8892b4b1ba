#include "core/identity.h"

#include "core/replayed.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shopbell {
namespace {

using Kind = Identity::Kind;

constexpr std::size_t name_bytes_max = 320;  // as intake's subjects
constexpr std::array<std::string_view, 3> sessions{"cart:", "checkout:", "cookie:"};

std::string text_of(const Value& id) {
  if (id.is(shopbell::Kind::integer)) return std::to_string(id.integer());
  if (id.is(shopbell::Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

bool is_session(std::string_view name) {
  name = plain_subject(name);
  return std::any_of(sessions.begin(), sessions.end(), [&](std::string_view kind) { return name.starts_with(kind); });
}
bool is_account(std::string_view name) {
  name = plain_subject(name);
  return name.starts_with("customer:") && name.find('@') == std::string_view::npos;
}

/// Who writes, or is written to: on channels of telephones the number, else the channel's id.
std::optional<Identity> sender_of(const Event& event, std::string& raw) {
  const Value message = event.data["message"];
  if (!event.type.starts_with("message.") || !message.is(shopbell::Kind::map)) return {};
  const bool in = event.type == "message.received" || message["direction"].text_or({}) == "in";
  raw = text_of(message[in ? "from" : "to"]);
  const std::string channel = lower(message["channel"].text_or(event.data.at_path("conversation.channel").text_or({})));
  if (raw.empty() || channel.empty() || channel == "email" || raw.find('@') != std::string::npos) return {};
  if (channel == "whatsapp" || channel == "sms") {
    std::string_view digits = raw;
    if (digits.starts_with("whatsapp:")) digits.remove_prefix(9);
    const std::string number = phone_number(digits.starts_with('+') ? std::string(digits) : "+" + std::string(digits));
    if (!number.empty()) return Identity{"phone:" + number, Kind::phone, true};
  }
  return Identity{channel + ":" + raw, Kind::sender, true};
}

/// Reads one event's names.
class Names {
 public:
  explicit Names(const Event& event)
      : event_(event), shadow_(replay_prefix(event.subject)), subject_(plain_subject(event.subject)), customer_(event.data["customer"]) {}

  std::vector<Identity> read() {
    account_ = text_of(customer_["id"]);
    address_ = lower(trimmed(customer_["email"].text_or({})));
    const bool checked = !customer_["verified"].is(shopbell::Kind::boolean) || customer_["verified"].boolean();
    vouched_ = (!account_.empty() && checked) || customer_["verified"].boolean_or(false);
    sender_ = sender_of(event_, sender_raw_);
    if (!add_first()) return std::move(made_);
    if (!account_.empty()) add("customer:" + account_, Kind::account, true);
    if (!address_.empty() && vouched_) add("customer:" + address_, Kind::address, true);
    if (sender_) add(sender_->name, sender_->kind, true);
    if (!account_.empty() && checked)
      if (const std::string number = phone_number(customer_["phone"].text_or({})); !number.empty())
        add("phone:" + number, Kind::phone, true);
    add_sessions();
    return std::move(made_);
  }

 private:
  void add(std::string name, Kind kind, bool verified) {
    if (name.size() > name_bytes_max || made_.size() >= identities_of_event_max) return;
    name.insert(0, shadow_);
    const bool known = std::any_of(made_.begin(), made_.end(), [&](const Identity& i) { return i.name == name; });
    if (!known && name.back() != ':') made_.push_back({std::move(name), kind, verified});
  }

  /// What the subject that intake named is. False: no customer, or one that the data speaks of otherwise.
  bool add_first() {
    const std::string_view subject = subject_;
    if (subject.starts_with("customer:")) return add_customer(subject.substr(9));
    if (is_session(subject) || subject.starts_with("order:")) {
      for (const char* path : {"order.email", "checkout.email", "cart.email"})
        if (const std::string typed = lower(trimmed(event_.data.at_path(path).text_or({}))); !typed.empty()) {
          add("customer:" + typed, Kind::address, false);
          return true;
        }
      add(std::string(subject), is_session(subject) ? Kind::session : Kind::thing, true);
      return true;
    }
    if (subject != "shop" || !customer_.is(shopbell::Kind::map)) return false;
    if (const std::string number = phone_number(customer_["phone"].text_or({})); !number.empty())
      add("phone:" + number, Kind::phone, false);
    else if (const std::string cookie = text_of(customer_["cookie"]); !cookie.empty())
      add("cookie:" + cookie, Kind::session, true);
    return !made_.empty();
  }

  bool add_customer(std::string_view called) {
    const bool typed = called == address_ && account_.empty() && !customer_["verified"].boolean_or(false);
    const std::string number = account_.empty() ? phone_number(customer_["phone"].text_or({})) : std::string();
    const std::string from = text_of(event_.data.at_path("message.from"));  // of what is sent: the shop
    if (sender_ && account_.empty() && (typed || called == sender_raw_ || called == from))
      add(sender_->name, sender_->kind, true);
    else if (!number.empty() && (called == number || "+" + std::string(called) == number))
      add("phone:" + number, Kind::phone, true);  // a channel of telephones tells of its own
    else if (called.find('@') != std::string_view::npos)
      add("customer:" + lower(called), Kind::address, vouched_ && called == address_);
    else if (account_.empty() || called == account_)
      add("customer:" + std::string(called), Kind::account, true);
    else return false;
    return !made_.empty();
  }

  void add_sessions() {
    const auto session = [&](std::string_view kind, std::string_view path) {
      const std::string id = text_of(event_.data.at_path(path));
      if (!id.empty()) add(std::string(kind) + ":" + id, Kind::session, true);
      return !id.empty();
    };
    session("cart", "order.cart_token");
    session("checkout", "order.checkout_token");
    session("cart", "checkout.cart_token");
    session("checkout", "checkout.token");
    if (!session("cart", "cart.token")) session("cart", "cart.id");
    session("cookie", "customer.cookie");
  }

  const Event& event_;
  const std::string_view shadow_, subject_;  // a replayed event's names are of the same shadow as its subject
  const Value customer_;
  std::string account_, address_, sender_raw_;
  bool vouched_ = false;
  std::optional<Identity> sender_;
  std::vector<Identity> made_;
};

std::size_t accounts_of(const Subject& subject) {
  const auto& names = subject.identities;
  return static_cast<std::size_t>(std::count_if(names.begin(), names.end(), is_account)) + is_account(subject.id);
}

int rank(const Subject& subject) {
  if (is_account(subject.id)) return 0;
  if (plain_subject(subject.id).starts_with("customer:")) return 1;
  return is_person(subject) ? 2 : 3;
}

bool seen_before(const Subject& a, const Subject& b) {
  const Value x = a.profile["first_seen"], y = b.profile["first_seen"];
  if (!x.is(shopbell::Kind::timestamp) || !y.is(shopbell::Kind::timestamp)) return a.id < b.id;
  if (x.seconds() != y.seconds()) return x.seconds() < y.seconds();
  return x.nanos() != y.nanos() ? x.nanos() < y.nanos() : a.id < b.id;
}

class Identification {
 public:
  Identification(const Event& event, const std::vector<Identity>& identities, const FindSubject& find)
      : event_(event), identities_(identities), find_(find) {}

  Identified take() {
    const Identity& first = identities_.front();
    for (const Identity& i : identities_)
      if (i.kind == Kind::account && find_(i.name) == nullptr) held_accounts_ = 1;  // a new one is its, too
    for (const Identity& identity : identities_) {
      if (identity.kind == Kind::session || identity.kind == Kind::thing) continue;
      if (!identity.verified && &identity != &first) continue;
      if (const Subject* owner = find_(identity.name)) meet(*owner, identity);
    }
    for (const Identity& identity : identities_)
      if (identity.kind == Kind::session || identity.kind == Kind::thing)
        if (const Subject* owner = find_(identity.name)) meet_session(*owner);
    choose(first);
    name();
    return std::move(made_);
  }

 private:
  bool is_same(const Subject& subject) const { return std::find(same_.begin(), same_.end(), &subject) != same_.end(); }

  void meet(const Subject& owner, const Identity& by) {
    if (is_same(owner)) return;
    if (std::string why = hindrance(owner, by); !why.empty())
      return made_.refused.push_back(owner.id + " is not merged, though " + by.name + " is its, too: " + why);
    accept(owner);
  }

  void accept(const Subject& owner) {
    same_.push_back(&owner);
    held_accounts_ += accounts_of(owner);
    held_names_ += owner.identities.size() + 1;
  }

  /// Why it stays another; empty: it is the same.
  std::string hindrance(const Subject& owner, const Identity& by) const {
    const std::size_t accounts = accounts_of(owner);
    if (by.kind == Kind::phone && accounts > 0 && held_accounts_ > 0)
      return "both have an account, and a number may be shared";
    if (held_accounts_ + accounts > accounts_max)
      return "a customer has at most " + std::to_string(accounts_max) + " accounts";
    if (same_.empty()) return {};
    if (same_.size() > merges_of_event_max)
      return "one event merges at most " + std::to_string(merges_of_event_max) + " subjects";
    if (held_names_ + owner.identities.size() + 1 > identities_max)
      return "a customer has at most " + std::to_string(identities_max) + " identities";
    return {};
  }

  void meet_session(const Subject& owner) {
    if (is_same(owner)) return;
    const bool somebody = is_person(owner);
    const bool known = identities_.front().kind != Kind::session && identities_.front().kind != Kind::thing;
    if (somebody && (known || !same_.empty())) {
      if (std::find(made_.others.begin(), made_.others.end(), owner.id) == made_.others.end())
        made_.others.push_back(owner.id);
      return;
    }
    if (same_.size() <= merges_of_event_max) accept(owner);
  }

  void choose(const Identity& first) {
    const bool new_person = first.kind != Kind::session && first.kind != Kind::thing;
    const Subject* best = nullptr;
    for (const Subject* subject : same_)
      if (best == nullptr || rank(*subject) < rank(*best) ||
          (rank(*subject) == rank(*best) && seen_before(*subject, *best)))
        best = subject;
    // A cart becomes part of the customer, and a guest of the account: not the other way round.
    const std::string* account = nullptr;
    for (const Identity& i : identities_)
      if (i.kind == Kind::account && account == nullptr) account = &i.name;
    if (best == nullptr || (rank(*best) == 3 && new_person)) made_.subject = first.name;
    else made_.subject = best->id;
    if (account != nullptr && (best == nullptr || rank(*best) > 0)) made_.subject = *account;
    for (const Subject* subject : same_)
      if (subject->id != made_.subject) made_.same.push_back(subject->id);
  }

  /// An order ends its cart: it is looked up, and not kept, as nothing comes out of it any more.
  void name() {
    const bool ends = event_.type.starts_with("order.");
    for (const Identity& identity : identities_) {
      if (identity.name == made_.subject) continue;
      if (identity.kind == Kind::session ? ends : (!identity.verified && &identity != &identities_.front())) continue;
      const Subject* owner = find_(identity.name);
      if (owner != nullptr && (owner->id == made_.subject || is_same(*owner))) continue;
      const bool stays = owner != nullptr && (identity.kind != Kind::session || owner->id == identity.name);
      if (stays) continue;  // another's
      if (identity.kind != Kind::thing) made_.names.push_back(identity.name);
    }
  }

  const Event& event_;
  const std::vector<Identity>& identities_;
  const FindSubject& find_;
  Identified made_;
  std::vector<const Subject*> same_;
  std::size_t held_accounts_ = 0, held_names_ = 0;
};

}  // namespace

std::vector<Identity> identities_of(const Event& event) { return Names(event).read(); }

Identified identify(const Event& event, const std::vector<Identity>& identities, const FindSubject& find) {
  return Identification(event, identities, find).take();
}

Named add_identity(Subject& subject, std::string_view name) {
  Named named;
  auto& names = subject.identities;
  if (names.size() + 1 >= identities_max) {
    const auto oldest = std::find_if(names.begin(), names.end(), [](const std::string& n) { return is_session(n); });
    if (oldest == names.end()) return named;
    named.dropped = *oldest;
    names.erase(oldest);
  }
  names.emplace_back(name);
  named.added = true;
  return named;
}

bool is_person(const Subject& subject) {
  const auto names_somebody = [](std::string_view name) {
    return !is_session(name) && !plain_subject(name).starts_with("order:");
  };
  return names_somebody(subject.id) ||
         std::any_of(subject.identities.begin(), subject.identities.end(), names_somebody);
}

std::string phone_number(std::string_view text) {
  std::string number;
  for (const char c : trimmed(text)) {
    if (c >= '0' && c <= '9') number += c;
    else if (c == '+' && number.empty()) number += c;
    else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') return {};
  }
  if (number.starts_with("00")) number = "+" + number.substr(2);
  const bool international = number.starts_with('+') && number.size() >= 9 && number.size() <= 16;
  return international ? number : std::string();
}

}  // namespace shopbell
