#include "liquid/rendering.h"

#include "base/diagnostic.h"
#include "liquid/nodes.h"
#include "liquid/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::liquid {

Rendering::Rendering(const Program& program, const Value& scope, Arena& arena, const Setting& setting)
    : program_(&program), scope_(scope), arena_(arena), setting_(setting), world_(&first_world_), partial_name_(setting.name) {
  out_.reserve(program.text.size() + program.text.size() / 2);
  locals_.reserve(16);
}

// The data are there for all, as Shopify's global objects are; the rest belongs to one world.
Datum Rendering::variable_in(const World& world, const Name& name) {
  for (std::size_t i = &world == world_ ? locals_.size() : world.locals_end; i > world.locals_from; --i)
    if (locals_[i - 1].first == name) return locals_[i - 1].second;
  if (!world.assigned.empty())
    if (const auto found = world.assigned.find(name); found != world.assigned.end()) return found->second;
  if (!world.counters.empty())
    if (const auto found = world.counters.find(name); found != world.counters.end()) return Value(found->second);
  if (const Value* found = scope_.find(name.text, name.hash)) return *found;
  return name.text == "self" ? Datum(make(SelfObject{{Object::Kind::self}, &world})) : Datum();
}

void Rendering::assign(const Name& name, const Datum& d) {
  count_bytes(sizeof(Datum) + (d.is_text() ? d.value.size() : d.is(Kind::list) ? d.value.size() * sizeof(Value) : 0));
  world_->assigned.insert_or_assign(name, d);
}

std::size_t Rendering::push(const Name& name, const Datum& d) {
  locals_.emplace_back(name, d);
  return locals_.size() - 1;
}

void Rendering::print(const Datum& d) {
  if (!html() || d.is(Object::Kind::safe)) return append_text(out_, d, setting_);
  if (d.is_text()) return append_escaped(out_, d.value.text());
  std::string text;
  append_text(text, d, setting_);
  append_escaped(out_, text);
}

Flow Rendering::capture(const Body& body, std::string& to) {
  std::string outer = std::move(out_);
  out_ = std::string();
  const Flow flow = body.render(*this);
  to = std::move(out_);
  out_ = std::move(outer);
  count_bytes(to.size());
  return failed() ? Flow::failed : flow;
}

Datum Rendering::fail(std::string code, std::string message, std::string hint) {
  if (error_) return {};
  error_ = Error{std::move(code), std::move(message), std::move(hint), place_.offset, place_.length};
  return {};
}

void Rendering::limit(std::string code, std::string message) {
  fail(std::move(code), std::move(message));
  fatal_ = true;
}

Error Rendering::take_error() {
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

// As Shopify's engine writes it: with the partial's name when the mistake is in one.
void Rendering::write_inline_error(const Node& at) {
  const Error error = take_error();
  const bool quiet = dynamic_cast<const AssignNode*>(&at) != nullptr || !setting_.blank_tag_errors;
  if (at.blank && quiet) return;
  const bool placed = error.code != "no_such_partial" && (error.code != "nesting" || world_->isolated);
  const auto& text = program_->text;
  const auto line = 1 + std::count(text.begin(), text.begin() + std::min<std::ptrdiff_t>(std::ssize(text), at.place.offset), '\n');
  const std::string where = placed ? fmt::format(" ({}line {})", partial_name_.empty() ? "" : fmt::format("{} ", partial_name_), line) : "";
  out_ += fmt::format("Liquid {}{}: {}", error.code == "syntax" ? "syntax error" : "error", where, error.message);
}

bool Rendering::count_step(std::uint64_t n) {
  steps_ += n;
  if (steps_ <= setting_.limits.steps_max) return true;
  limit("limit_steps", fmt::format("the rendering takes more than {} steps", setting_.limits.steps_max));
  return false;
}

bool Rendering::count_bytes(std::size_t n) {
  built_bytes_ += n;
  if (built_bytes_ <= setting_.limits.assigned_bytes_max) return true;
  limit("limit_assigned", fmt::format("assign, capture and filters build more than {} bytes", setting_.limits.assigned_bytes_max));
  return false;
}

bool Rendering::check_output() {
  if (out_.size() <= setting_.limits.output_bytes_max) return true;
  limit("limit_output", fmt::format("the text becomes longer than {} bytes", setting_.limits.output_bytes_max));
  return false;
}

bool Rendering::enter() {
  if (++depth_ <= setting_.limits.depth_max) return true;
  --depth_;
  fail("nesting", "Nesting too deep");
  return false;
}

std::string_view Rendering::keep(std::string_view text) {
  return count_bytes(text.size()) ? arena_.copy(text) : std::string_view();
}

const Template* Rendering::find_partial(std::string_view name) {
  const auto* found = setting_.partials == nullptr ? nullptr : setting_.partials->find(name, html());
  if (found == nullptr) {
    fail("no_such_partial", fmt::format("Could not find asset {}", name));
    return nullptr;
  }
  if (const auto* error = std::get_if<Error>(found)) {
    error_ = *error;
    error_->message += fmt::format(" (in partial '{}')", name);
    error_->offset = place_.offset;
    error_->length = place_.length;
    return nullptr;
  }
  return &std::get<Template>(*found);
}

// The innermost partial is named with the place in it; the error's own place becomes that of the tag.
void Rendering::place_in_partial(std::string_view name, const Place& tag) {
  if (error_->message.find("(in partial ") == std::string::npos) {
    const Diagnostic at = diagnostic_at(name, program_->text, error_->offset, *error_);
    error_->message += fmt::format(" (in partial '{}', line {}, column {})", name, at.line, at.column);
  }
  error_->offset = tag.offset;
  error_->length = tag.length;
}

Flow Rendering::run_partial(const Template& partial, std::string_view name) {
  if (partial_depth_ >= setting_.limits.partial_depth_max) {
    fail("nesting", "Nesting too deep");
    return Flow::failed;
  }
  ++partial_depth_;
  const Program* program = std::exchange(program_, &partial.program());
  const std::string_view outer_name = std::exchange(partial_name_, name);
  const Place tag = place_;
  const Flow flow = program_->body.render(*this);
  if (error_) place_in_partial(name, tag);
  partial_name_ = outer_name;
  program_ = program;
  --partial_depth_;
  return flow;
}

Flow Rendering::run_isolated(const Template& partial, std::string_view name, World& inside) {
  const std::size_t locals = locals_.size();
  inside.isolated = true;
  inside.locals_from = locals;
  world_->locals_end = locals;
  World* outer = std::exchange(world_, &inside);
  const Flow flow = run_partial(partial, name);
  pop_to(locals);
  world_ = outer;
  return flow == Flow::failed ? flow : Flow::go_on;
}

}  // namespace shopbell::liquid
