// segments.yaml: names and conditions over the customer.
#include "core/segments.h"

#include "base/hash.h"
#include "load/draft.h"
#include "load/scope.h"
#include "load/shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace shopbell {
namespace {

constexpr Key segment_keys[] = {{"if"}, {"title"}};

bool reads(const cel::Program& program, std::string_view what) {
  const auto& read = program.fields_read();
  return std::any_of(read.begin(), read.end(), [&](const std::string& path) {
    return path == what || (path.starts_with(what) && (path[what.size()] == '.' || path[what.size()] == '['));
  });
}

class SegmentsReader {
 public:
  SegmentsReader(Report& report, const OwnFields& own) : report_(report), scope_(segment_scope(own)) {}

  std::vector<Segment> read(const yaml::Node& root) {
    if (!root.is_map()) wrong_type(report_, root, "segments.yaml", "a map of segments", "vip: customer.orders_count >= 5");
    if (root.entries.size() > segments_max)
      report_.error(place_of(root, report_.source()), "too_many_segments",
                    fmt::format("a shop has at most {} segments", segments_max));
    for (const yaml::Entry& entry : root.entries) segment(entry);
    std::sort(made_.begin(), made_.end(), [](const Segment& a, const Segment& b) { return a.name < b.name; });
    return std::move(made_);
  }

 private:
  void segment(const yaml::Entry& entry) {
    const std::string& name = entry.key->text;
    if (!is_name(name) || name.size() > 64)
      report_.error(place_of(*entry.key, report_.source()), "bad_name",
                    fmt::format("a segment's name is made of small letters, digits and _, and begins with a letter: not {}", name));
    Segment made{name, {}, {}};
    const yaml::Node* condition = entry.value.get();
    if (entry.value->is_map()) {
      Fields fields(*entry.value, "a segment", segment_keys, report_);
      made.title = fields.text("title").value_or("");
      condition = fields.require("if");
    }
    if (condition == nullptr) return;
    auto program = compile_cel(*condition, fmt::format("the segment {}", name), scope_, Wanted::condition, report_);
    if (!program) return;
    // Who is in one must not depend on the order in which they are looked at.
    if (reads(*program, "customer.segments") || reads(*program, "customer.in_segments"))
      report_.error(place_of(*condition, report_.source()), "circular_segment",
                    "a segment cannot be made of other segments", "write the condition of the other one here");
    made.condition = std::move(*program);
    made_.push_back(std::move(made));
  }

  Report& report_;
  cel::Env scope_;
  std::vector<Segment> made_;
};

}  // namespace

std::shared_ptr<const Segments> read_segments(const std::string& path, const std::string& own_fields,
                                              std::vector<Diagnostic>& diagnostics) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return nullptr;
  auto made = std::make_shared<Segments>();
  auto text = read_file(path, yaml_bytes_max);
  Report report(path, text ? std::string_view(*text) : std::string_view());
  if (!text) report.error_in_file(text.error().code, text.error().message);
  if (const yaml::NodePtr root = text ? yaml::parse(report) : nullptr; root != nullptr && !root->is_null())
    made->all = SegmentsReader(report, parse_own_fields(own_fields)).read(*root);
  made->read_now = std::any_of(made->all.begin(), made->all.end(), [](const Segment& s) { return reads(s.condition, "now"); });
  made->source = text.value_or("");
  made->version = id_of({"segments", made->source});
  std::vector<Diagnostic> found = report.take();
  std::move(found.begin(), found.end(), std::back_inserter(diagnostics));
  return made;
}

}  // namespace shopbell
