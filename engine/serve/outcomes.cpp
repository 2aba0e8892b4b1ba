#include "serve/outcomes.h"

#include "base/json.h"
#include "load/language.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

Result<void> record(const EventView& row, play::Model& model) {
  const auto told = parse_json_document(row.detail);
  if (!told) return fail("store_broken", fmt::format("the input {} cannot be read", row.key));
  const Value& root = told->root();
  const auto answer = std::find(answers.begin(), answers.end(), root["status"].text_or({}));
  if (answer == answers.end()) return {};
  play::Model::Recorded outcome{static_cast<Outcome::Status>(answer - answers.begin()), root["output"].is_null() ? "" : to_json(root["output"]),
                                std::string(root.at_path("error.message").text_or({}))};
  if (root["retry_after_ms"].is(Kind::integer)) outcome.retry_after = Millis{root["retry_after_ms"].integer()};
  model.record(root["call"].text_or({}), static_cast<std::uint32_t>(root["attempt"].integer_or(1)), std::move(outcome));
  return {};
}

}  // namespace

Result<void> read_outcomes(Reader& reader, Time since, play::Model& model) {
  for (Page page{0, 1000};;) {
    const auto rows = reader.events({}, page);
    if (!rows) return tl::unexpected(rows.error());
    for (const EventView& row : *rows) {
      page.before = row.key;
      if (row.at < since) return {};
      if (row.kind != "finished") continue;
      if (auto good = record(row, model); !good) return good;
    }
    if (rows->size() < page.max) return {};
  }
}

}  // namespace shopbell
