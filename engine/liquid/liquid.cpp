#include "liquid/liquid.h"

#include "liquid/number.h"
#include "liquid/parser.h"
#include "liquid/rendering.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::liquid {

bool is_html(std::string_view file_name) {
  if (file_name.ends_with(".liquid")) file_name.remove_suffix(7);
  return file_name.ends_with(".html");
}

tl::expected<Template, std::vector<Error>> parse(std::string_view text, const ParseOptions& options, std::string name) {
  if (text.size() > template_bytes_max)
    return tl::unexpected(std::vector{Error{"too_large", fmt::format("the template is longer than {} bytes", template_bytes_max), "", 0, 0}});
  auto program = std::make_shared<Program>();
  program->name = std::move(name);
  program->text = text;
  program->options = options;
  Parser parser(options);
  parser.parse(*program);
  if (!parser.state.errors.empty()) {
    auto& errors = parser.state.errors;
    std::stable_sort(errors.begin(), errors.end(), [](const Error& a, const Error& b) { return a.offset < b.offset; });
    return tl::unexpected(std::move(errors));
  }
  program->wides = std::move(parser.state.wides);
  return Template(std::move(program));
}

Result<std::string> Template::render(const Value& scope, Arena& arena, const Setting& setting) const {
  Rendering rendering(*program_, scope, arena, setting);
  program_->body.render(rendering);
  if (rendering.failed()) return tl::unexpected(rendering.take_error());
  return std::move(rendering.out());
}

std::string_view Template::text() const { return program_->text; }

std::string_view Template::name() const { return program_->name; }

std::vector<Template::Reading> Template::readings() const { return program_->readings; }

std::vector<Template::Reading> Template::texts_read() const { return program_->texts; }

std::vector<std::string> Template::fields_read() const {
  std::vector<std::string> paths;
  for (const Reading& reading : program_->readings) paths.push_back(reading.path);
  return paths;
}

}  // namespace shopbell::liquid
