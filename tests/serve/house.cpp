#include "house.h"

#include "base/json.h"
#include "base/time.h"
#include "core/segments.h"
#include "intake/cloudevent.h"
#include "load/load.h"
#include "load/shop.h"
#include "serve/catalogue.h"
#include "serve/customers.h"
#include "support/catch.h"

#include <fstream>

namespace shopbell {

House::House() {
  facts_.id = "demo";
  facts_.currency = "EUR";
  facts_.timezone = "UTC";
  build();
  reopen();
}

void House::build() { workflows_ = std::make_unique<Workflows>(facts_, all_); }

House& House::add_yaml(const std::string& yaml) {
  WorkflowSource source;
  source.file = "test.yaml";
  source.yaml = yaml;
  const auto read = load_workflow(source);
  for (const Diagnostic& d : read.diagnostics) INFO(to_text(d));
  REQUIRE(read.value);
  all_.push_back(*read.value);
  build();
  return *this;
}

House& House::set_segments(const std::string& yaml) {
  const std::string path = folder_.path() + "/segments.yaml";
  std::ofstream(path) << yaml;
  std::vector<Diagnostic> diagnostics;
  facts_.segments = read_segments(path, {}, diagnostics);
  for (const Diagnostic& d : diagnostics) INFO(to_text(d));
  REQUIRE(diagnostics.empty());
  build();
  return *this;
}

House& House::put(const std::string& type, const std::string& data, Millis ago, const std::string& source) {
  Event event;
  event.id = arena_.copy("e" + std::to_string(++events_));
  event.source = arena_.copy(source);
  event.type = arena_.copy(type);
  event.at = now - ago;
  const auto parsed = parse_json(arena_.copy(data), arena_);
  INFO(data);
  REQUIRE(parsed);
  event.data = *parsed;
  event.subject = subject_of_data(event.data, arena_);
  auto taken = finish(event, now);
  REQUIRE(taken);
  lines_.push_back(std::make_unique<std::string>(std::move(taken->line)));
  waiting_.push_back({std::string(event.subject), {now, Received{event, 0, {}, {}}}, taken->digest, *lines_.back()});
  return *this;
}

House& House::event(const std::string& type, const std::string& data, Millis ago, const std::string& source) {
  put(type, data, ago, source);
  commit();
  return *this;
}

void House::give(const std::string& subject, Input input) {
  waiting_.push_back({subject, std::move(input), {}, {}});
  commit();
}

void House::commit() {
  InputClaims claims;
  BatchMaker maker(*workflows_, *store_, now, claims, catalogue);
  std::vector<Entry> entries = std::exchange(waiting_, {});
  REQUIRE(maker.make(entries));
  REQUIRE(store_->commit(maker.rows()) == Committed::done);
  catalogue.take(maker.filed());
  for (const InputRow& row : maker.rows().inputs) notes_ += row.notes;
  for (const RunRow& row : maker.rows().runs) notes_ += row.notes;
  calls.insert(calls.end(), maker.rows().calls.begin(), maker.rows().calls.end());
  for (InputRow row : maker.rows().inputs) {
    row.line = {};
    inputs.push_back(std::move(row));
  }
}

void House::pass(Millis time) {
  const Time until = now + time;
  for (;;) {
    const auto due = store_->due(until, 1);
    REQUIRE(due);
    if (due->empty()) break;
    now = std::max(now, due->front().due);
    give(due->front().id, {now, Due{}});
  }
  now = until;
}

void House::reopen() {
  reader_.reset();
  store_.reset();
  auto opened = Store::open(folder_.path() + "/data");
  REQUIRE(opened);
  store_ = std::move(*opened);
  auto read = read_catalogue(*store_);
  REQUIRE(read);
  catalogue = std::move(*read);
}

Reader& House::reader() {
  if (!reader_) {
    auto opened = Store::reader(folder_.path() + "/data");
    REQUIRE(opened);
    reader_ = std::move(*opened);
  }
  return *reader_;
}

Subject House::subject(const std::string& name) {
  auto found = find_customer(reader(), name, arena_);
  REQUIRE(found);
  if (!*found) return {};
  const auto loaded = store_->load({(*found)->id}, {});
  REQUIRE(loaded);
  for (const std::string& state : loaded->subjects.at(0).runs) {
    auto run = decode_run(arena_.copy(state), arena_);
    REQUIRE(run);
    (*found)->runs.push_back(std::move(*run));
  }
  return std::move(**found);
}

std::size_t House::noted(const std::string& code, const std::string& text) const {
  std::size_t count = 0;
  for (std::size_t at = 0; at < notes_.size();) {
    const std::size_t end = notes_.find('\n', at);
    const std::string_view line = std::string_view(notes_).substr(at, end - at);
    count += line.find("\"code\":\"" + code + "\"") != std::string_view::npos && line.find(text) != std::string_view::npos;
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return count;
}

}  // namespace shopbell
