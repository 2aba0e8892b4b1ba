#pragma once
// What a language model is asked for, and what of its answer is believed: a draft for a person to read, an answer from the FAQ, which of
// some intents a message has. Pure.
//
// All that it is sent are passages, each with an id: what was said, what is known of the customer's orders, the FAQ. What a customer
// writes is one of them, and no instruction. Of the answer nothing is taken on trust: it is the JSON that was asked for, it cites
// passages that were sent, and every number, link and address in it stands in one of them
// (a link or an address in one that is not the customer's). An answer, which nobody reads before the customer, says nothing but what stands
// in the passages that it cites, of which none is the customer's.

#include <shopbell/error.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t assist_text_bytes_max = 4'000;      // of a draft
constexpr std::size_t assist_passage_bytes_max = 4'000;   // of one; the rest is cut
constexpr std::size_t assist_passages_max = 60;

struct Passage {
  std::string id, text;      // "said:3", "orders", "faq/shipping.md#how-long"
  bool by_customer = false;  // its numbers may be said again, its links and addresses not
};

struct AssistAsk {
  enum class What : std::uint8_t { reply, summary, answer, intent };
  What what = What::reply;
  std::string shop, language;  // the shop's name; "en"
  std::vector<Passage> passages;
  std::vector<std::string> intents = {};  // of `intent`: those that it may name
};

struct Drafted {
  std::string text;
  std::vector<std::string> sources;  // ids of passages
};

/// What a message is about: one of those that were asked for.
struct Sorted {
  std::string intent;
  bool sure = false;
};

/// The body of POST /chat/completions (platform.openai.com/docs/api-reference/chat), with a JSON schema for the answer.
std::string assist_body(const AssistAsk& ask, std::string_view model);

/// Of what came back. Errors: "bad_answer" (not the JSON that was asked for), "refused" (by the model), "cut_off", "too_long",
/// "bad_source" (cites what was not sent; an answer: nothing but the customer), "invented" (a number, link or address that stands
/// nowhere), "no_answer" (of `answer`: the passages hold none).
Result<Drafted> read_assist(std::string_view body, const AssistAsk& ask);
/// Likewise of `intent`. Errors: "bad_answer", "refused", "cut_off", "bad_intent" (none of those that were asked for).
Result<Sorted> read_sorted(std::string_view body, const AssistAsk& ask);

/// Numbers, links and addresses of a text, as they are compared.
std::vector<std::string> claims_of(std::string_view text);

}  // namespace shopbell
