#pragma once
// An action: one thing that a workflow's step can do. One file in actions/ defines one:
//
//   namespace shopbell::actions {
//   extern const Action email{.name = "email", .summary = "...", .params = params, .run = run};
//   }
//
// The constant is called as the file; CMake makes the table from the folder. An action either
// *decides* (a pure function whose effects are committed together with the step) or *runs* (a
// coroutine that talks to the outside after the commit, tried again when it says so).

#include <shopbell/error.h>
#include <shopbell/event.h>
#include <shopbell/http.h>
#include <shopbell/task.h>
#include <shopbell/value.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// What a merchant may write for a parameter, and what the action then finds in its arguments.
enum class ParamType : std::uint8_t {
  text,      // Liquid, rendered: a string
  page,      // a template's name: {text, html}, both rendered; html is null where there is no .html.liquid
  value,     // any YAML; every string in it is Liquid, rendered
  cel,       // a CEL expression's value
  whole,     // an integer
  number,    // a number
  flag,      // true or false
  duration,  // a duration: milliseconds as an int
  choice,    // one of `choices`
  texts,     // a list of Liquid strings (one string is a list of one)
};

struct Param {
  std::string_view name;
  ParamType type = ParamType::text;
  std::string_view doc;               // a sentence for the reference and the editor
  bool required = false;
  std::string_view otherwise = {};    // what stands there when the merchant writes nothing, in YAML; empty: null
  std::span<const std::string_view> choices = {};
  bool positional = false;            // `reply: "text"` is `reply: {text: "text"}`; at most one of an action
};

/// Work handed to a person.
struct TicketDraft {
  std::string queue, priority, reason, note;
};

/// What a customer was told, for the record of the conversation.
struct SentMessage {
  std::string channel, to, text, message_id;
  std::string conversation = {};  // the channel's id of it; empty: as `to`
};

/// What a deciding action asks for; done in the commit of its step.
struct Effects {
  std::vector<std::string> tags_added, tags_removed;
  std::optional<TicketDraft> ticket;
  std::vector<std::string> notes;   // kept in the run's notes
  std::string log;                  // a line for the server's log; empty: none
  Value output;                     // what `as:` names; in the arena of the call
};

/// One piece of work to be done outside, durable. All attempts bear the same key.
struct Call {
  std::string key;       // idempotency key: a hash of run and step
  std::string run;       // the run's id
  std::string workflow;
  int attempt = 1;
  Time at;               // logical time of this attempt
  Value args;            // by the action's params; outlives the run of the action
};

/// How a call ended. `retry` is tried again by the step's policy; `failed` is not; `unknown`: it may
/// or may not have been done (the connection broke after the last byte).
struct Outcome {
  enum class Status : std::uint8_t { done, retry, failed, unknown };
  Status status = Status::done;
  Document output;                        // what `as:` names
  Error error = {};                       // unless done
  std::optional<Millis> retry_after = {}; // the far side's own word on when
  std::optional<SentMessage> message = {};
};

struct Mail {
  std::string from, to, subject, text, html, message_id, reply_to;
  HttpHeaders headers;
  Time date;
};

/// What the shell lends to a running action. Used from the event loop's thread.
class Services {
 public:
  virtual ~Services() = default;
  /// Sends a request to an address that the shop allows; redirects are not followed.
  /// Errors: "refused_address", "timeout", "connect", "tls", "broken".
  virtual Task<Result<HttpResponse>> http(HttpRequest request) = 0;
  /// Hands a mail to the shop's SMTP server, or to its outbox when there is none. The result is the
  /// server's word. Errors: "smtp_temporary", "smtp_permanent", "connect", "tls", "in_doubt" (the
  /// connection broke after the final dot).
  virtual Task<Result<std::string>> mail(Mail mail) = 0;
  /// The shop's settings of a channel (`channels:` in shopbell.yaml), secrets filled in; null when there is none.
  virtual Value channel(std::string_view name) const = 0;
  virtual void log(std::string_view line) = 0;
};

struct Action {
  std::string_view name;
  std::string_view summary;
  std::span<const Param> params = {};
  std::string_view output = {};       // what `as:` names, in a sentence
  bool reaches_customer = false;
  bool speaks = false;                // into a conversation: its params are channel, to and conversation, and a person who
                                      // owns that conversation is not talked over
  Result<Effects> (*decide)(const Value& args, Arena& arena) = nullptr;
  Task<Outcome> (*run)(Call call, Services& services) = nullptr;
  /// Where a call goes: those to one destination share a limit and a circuit breaker. nullptr: the action's name.
  std::string (*destination)(const Value& args) = nullptr;
  /// Whether the far side knows a call that comes again by its key, so that one whose end nobody saw may just be
  /// made again. `channels`: the shop's settings of all channels. nullptr: it does not.
  bool (*dedupes)(const Value& args, const Value& channels) = nullptr;
};

/// The table that CMake made from actions/.
std::span<const Action* const> all_actions();
const Action* find_action(std::string_view name);

}  // namespace shopbell
