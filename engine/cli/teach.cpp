// correct and teach: what people say about messages, and which messages are worth their word.

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "serve/hearing.h"
#include "teach/corrections.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

namespace shopbell::cli {
namespace {

struct Corrected {
  Where where;
  std::string message, intent, mood, answer, source, by;
};

Result<std::string> text_of(const Corrected& options) {
  if (options.message.find(' ') != std::string::npos) return options.message;
  auto reader = open_reader(options.where);
  if (!reader) return options.message;
  const auto rows = (*reader)->messages({}, {.max = 100'000});
  if (!rows) return tl::unexpected(rows.error());
  for (const MessageView& m : *rows)
    if (m.row.id.starts_with(options.message) && options.message.size() >= 6) return std::string(m.row.text);
  return options.message;
}

int correct(const Corrected& options) {
  const auto text = text_of(options);
  if (!text) return report(text.error());
  const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  if (const auto good = add_correction(options.where.folder, {*text, options.intent, options.mood, options.answer, options.source, options.by, now}); !good)
    return report(good.error());
  std::string said;
  for (const std::string& word : {options.intent, options.mood, options.answer}) said += (said.empty() || word.empty() ? "" : ", ") + word;
  fmt::print("kept: \"{}\" is {}; `shopbell train` learns it\n", *text, said);
  return 0;
}

struct Teach {
  Where where;
  std::size_t show = 20;
};

struct Unsure {
  double confidence;
  std::string id, text, intents;
};

int teach(const Teach& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  const auto rows = (*reader)->messages({}, {.max = 10'000});
  if (!rows) return report(rows.error());
  const auto corrections = read_corrections(options.where.folder);
  if (!corrections) return report(corrections.error());
  std::set<std::string, std::less<>> known;
  for (const Correction& c : *corrections) known.insert(c.text);
  const auto hearing = Hearing::load(options.where.folder);
  std::vector<Unsure> unsure;
  for (const MessageView& m : *rows) {
    if (m.row.direction != "in" || m.row.text.empty() || !known.emplace(m.row.text).second) continue;
    const auto heard = hearing->classify(m.row.text, {}, 0.9);
    if (!heard) return report(heard.error());
    std::string intents;
    for (const Value& intent : heard->root()["intents"].items()) intents += (intents.empty() ? "" : ", ") + std::string(intent.text_or(""));
    unsure.push_back({heard->root()["confidence"].number_or(0), std::string(m.row.id).substr(0, 12), std::string(m.row.text), intents});
  }
  std::sort(unsure.begin(), unsure.end(), [](const Unsure& a, const Unsure& b) { return a.confidence < b.confidence; });
  if (unsure.size() > options.show) unsure.resize(options.show);
  Table table({"MESSAGE", "SURE", "TEXT", "MAY BE"});
  for (const Unsure& one : unsure) table.add({one.id, fmt::format("{:.2f}", one.confidence), fit(one.text, 50), fit(one.intents, 50)});
  fmt::print("{}", table.empty() ? "no messages yet\n" : table.text());
  return 0;
}

}  // namespace

void add_correct(Command app, Run& run) {
  auto options = std::make_shared<Corrected>();
  Command command = app.add_subcommand("correct", "Say what a message was about: an example for `train`");
  command.add_option("MESSAGE", options->message, "Its text, or the first digits of its id").required();
  command.add_option("DIR", options->where.folder, "The shop's folder (default: this one)");
  command.add_option("--intent", options->intent, "What it was about");
  command.add_option("--mood", options->mood, "How it sounds: angry, unhappy, neutral, happy");
  command.add_option("--answer", options->answer, "What became of the answer that was suggested: used, edited, ignored");
  command.add_option("--source", options->source, "Where that answer stands: faq/shipping.md#costs");
  command.add_option("--by", options->by, "Who says so (default: $USER)").from_environment("USER");
  command.add_option("--data", options->where.data, "The data folder, when it is elsewhere");
  command.footer("Kept with who and when in DIR/intents/corrections.jsonl; of a text that is corrected twice the last word counts.");
  command.callback([&run, options] { run = [options] { return correct(*options); }; });
}

void add_teach(Command app, Run& run) {
  auto options = std::make_shared<Teach>();
  Command command = app.add_subcommand("teach", "Show the messages that the model is least sure of");
  add_where(command, options->where);
  command.add_option("--show", options->show, "At most so many (default 20)").between(1, 10'000);
  command.footer("Say what they are with `shopbell correct MESSAGE --intent X`, then run `shopbell train`.");
  command.callback([&run, options] { run = [options] { return teach(*options); }; });
}

}  // namespace shopbell::cli
