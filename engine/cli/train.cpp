#include "cli/commands.h"
#include "cli/files.h"
#include "cli/table.h"
#include "teach/lessons.h"
#include "teach/promote.h"

#include <fmt/format.h>

#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  std::string folder = ".", examples;
  bool back = false, dry = false;
};

void show(const Compared& compared) {
  Table table({"INTENT", "MESSAGES", "OLD RIGHT", "NEW RIGHT", ""});
  for (const auto& [name, intent] : compared.intents)
    table.add({name, std::to_string(intent.asked), std::to_string(intent.old_right), std::to_string(intent.new_right),
               intent.suffers() ? "suffers" : ""});
  fmt::print("{}", table.text());
}

int train(const Options& options) {
  if (options.back) {
    if (const auto good = go_back(options.folder); !good) return report(good.error());
    fmt::print("the model before is in use again\n");
    return 0;
  }
  const auto lesson = shop_lesson(options.folder, options.examples);
  if (!lesson) return report(lesson.error());
  const auto present = present_lesson(options.folder);
  if (!present) return report(present.error());
  const auto compared = compare(*present, *lesson);
  if (!compared) return report(compared.error());
  show(*compared);
  if (compared->any_suffers()) {
    fmt::print("not promoted: an intent suffers; the present model stays\n");
    return 1;
  }
  const auto model = train_model(*lesson, shop_intents);
  if (!model) return report(model.error());
  if (options.dry) return 0;
  if (const auto good = promote(options.folder, *model, *lesson); !good) return report(good.error());
  fmt::print("{} is in use, trained on {} messages; --back goes back\n", model->name, lesson->size());
  return 0;
}

}  // namespace

void add_train(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("train", "Train the shop's model of intents, and use it if no intent suffers");
  command.add_option("DIR", options->folder, "The shop's folder (default: this one)");
  command.add_option("--examples", options->examples, "Another folder of examples");
  command.add_flag("--back", options->back, "Go back to the model before");
  command.add_flag("--dry-run", options->dry, "Compare, and change nothing");
  command.footer(
      "Learns from the built-in examples, DIR/intents/*.yaml (labels, each with a list of texts) and the corrections\n"
      "(`shopbell correct`). Old and new examples are compared on messages that neither learned from; the new model is put\n"
      "into DIR/models/ only when no intent loses more than chance explains. A running server takes it up.");
  command.callback([&run, options] { run = [options] { return train(*options); }; });
}

}  // namespace shopbell::cli
