#pragma once
// Whom an event is about: the names that it gives, and the subject that they lead to. Pure; where subjects
// are found is the caller's.
//
// An identity is a name: the one that a subject would have if nothing else were known of it.
//   customer:7          the platform's own id of a customer, or what the event itself says it is about
//   customer:a@x.com    an e-mail address, in lower case
//   phone:+34600123456  a telephone number (E.164)
//   telegram:99         who writes on a channel; on WhatsApp and SMS that is a telephone number
//   cart:T checkout:T   what the platform calls one purchase
//   cookie:C            a browser, by the shop's own cookie (customer.cookie)
//
// Verified, so that two subjects become one:
//   - a platform's id, and the address and number that the same event states for it, unless it says `verified: false`;
//   - an address without an id where the event says `verified: true`;
//   - who writes on a channel, as the channel vouches for it; not the sender of an e-mail, which anybody can write.
// Not verified: an address typed into a cart, a checkout, a guest's order or a chat. It names a customer when the event
// has nothing better, and never makes two into one; typed into a chat it names nobody, as the answer goes to the writer.
// A number is shared in a family: it never joins two that both have an id of a platform.
// A cart or a browser says where, not who. Nobody's cart becomes part of the customer who is known later. Those
// of another customer are told of the event, so that their runs are stopped, and stay another.

#include "core/subject.h"

#include <shopbell/event.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t identities_of_event_max = 8;
constexpr std::size_t merges_of_event_max = 4;
constexpr std::size_t accounts_max = 10;  // ids of platforms of one subject: what has more is a till, no customer

struct Identity {
  enum class Kind : std::uint8_t { account, address, phone, sender, session, thing };
  std::string name;
  Kind kind = Kind::account;
  bool verified = true;
};

/// The first is what the subject is called when it is new. Empty: what the event is about is no customer.
std::vector<Identity> identities_of(const Event& event);

/// The subject of that name, or that it leads to; nullptr: there is none.
using FindSubject = std::function<const Subject*(std::string_view name)>;

struct Identified {
  std::string subject;                  // whom the event is about
  std::vector<std::string> same;        // subjects that turn out to be the same: to be merged into it, in order
  std::vector<std::string> names;       // that it is called from now on; a session may have been another's
  std::vector<std::string> others;      // customers whose cart or browser it came out of
  std::vector<std::string> refused;     // why not, where subjects were not merged
};

Identified identify(const Event& event, const std::vector<Identity>& identities, const FindSubject& find);

/// Gives the subject a name. Where it has identities_max, the oldest session goes: it comes back. False: there is no
/// room.
struct Named {
  bool added = false;
  std::string dropped;
};
Named add_identity(Subject& subject, std::string_view name);

/// Whether it is somebody, and not only a cart or a browser.
bool is_person(const Subject& subject);

/// "+34600123456" of "+34 600-123-456" or "0034600123456"; empty: it is no number with its country's code.
std::string phone_number(std::string_view text);

}  // namespace shopbell
