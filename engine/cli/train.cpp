#include "cli/commands.h"
#include "cli/files.h"
#include "cli/table.h"
#include "teach/lessons.h"
#include "teach/promote.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  std::string folder = ".", examples, of;
  bool back = false, dry = false;
};

void show(const Compared& compared, std::string_view heading) {
  Table table({std::string(heading), "MESSAGES", "OLD RIGHT", "NEW RIGHT", ""});
  for (const auto& [name, label] : compared.labels)
    table.add({name, std::to_string(label.asked), std::to_string(label.old_right), std::to_string(label.new_right), label.suffers() ? "suffers" : ""});
  fmt::print("{}", table.text());
}

int train_one(const Options& options, const ModelOf& of, std::string_view heading) {
  const auto lesson = shop_lesson(options.folder, options.examples, of);
  if (!lesson) return report(lesson.error());
  const auto present = present_lesson(options.folder, of);
  if (!present) return report(present.error());
  const auto compared = compare(*present, *lesson, of);
  if (!compared) return report(compared.error());
  show(*compared, heading);
  if (compared->any_suffers()) {
    fmt::print("not promoted: one of them suffers; the present model stays\n");
    return 1;
  }
  const auto model = train_model(*lesson, *of.training);
  if (!model) return report(model.error());
  if (options.dry) return 0;
  if (const auto good = promote(options.folder, *model, *lesson, of); !good) return report(good.error());
  fmt::print("{} is in use, trained on {} messages; --back{} goes back\n", model->name, lesson->size(), &of == &of_moods ? " --of moods" : "");
  return 0;
}

/// Whether anybody has said anything about moods since.
Result<bool> has_news(const Options& options, const ModelOf& of) {
  auto lesson = shop_lesson(options.folder, options.examples, of), present = present_lesson(options.folder, of);
  if (!lesson) return tl::unexpected(lesson.error());
  if (!present) return tl::unexpected(present.error());
  return !same_lesson(*lesson, *present);
}

int train(const Options& options) {
  if (options.back) {
    if (const auto good = go_back(options.folder, options.of == "moods" ? of_moods : of_intents); !good) return report(good.error());
    fmt::print("the model before is in use again\n");
    return 0;
  }
  const int intents = options.of == "moods" ? 0 : train_one(options, of_intents, "INTENT");
  if (options.of == "intents") return intents;
  const auto news = has_news(options, of_moods);
  if (!news) return report(news.error());
  return *news ? std::max(intents, train_one(options, of_moods, "MOOD")) : intents;
}

}  // namespace

void add_train(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("train", "Train the shop's models of intents and moods, and use each if none of its labels suffers");
  command.add_option("DIR", options->folder, "The shop's folder (default: this one)");
  command.add_option("--examples", options->examples, "Another folder of examples");
  command.add_flag("--back", options->back, "Go back to the model before: of intents, or what --of says");
  command.add_option("--of", options->of, "intents or moods alone").one_of({"intents", "moods"});
  command.add_flag("--dry-run", options->dry, "Compare, and change nothing");
  command.footer(
      "Learns from the built-in examples, DIR/intents/*.yaml (labels, each with a list of texts) and the corrections\n"
      "(`shopbell correct`). Old and new examples are compared on messages that neither learned from; the new model is put\n"
      "into DIR/models/ only when no label loses more than chance explains. A running server takes it up. Moods have examples in\n"
      "DIR/intents/mood.yaml, and are trained when something was said about them.");
  command.callback([&run, options] { run = [options] { return train(*options); }; });
}

}  // namespace shopbell::cli
