#include "intake/import.h"

#include "base/time.h"
#include "intake/cloudevent.h"
#include "intake/mapping.h"

#include <fmt/format.h>

#include <shopbell/text.h>

#include <algorithm>
#include <unordered_map>

namespace shopbell {
namespace {

class Import {
 public:
  using Made = std::function<void(Time, std::string)>;
  using Refused = std::function<void(std::uint64_t, std::string_view, std::string)>;

  Import(const ImportPlan& plan, std::string_view text, const ImportOptions& options, const Made& made, const Refused& refused)
      : plan_(plan), options_(options), reader_(text, options.separator), made_(made), refused_(refused) {}

  Result<ImportCounts> read() {
    if (auto good = read_header(); !good) return tl::unexpected(good.error());
    while (auto record = reader_.next()) {
      if (!*record) refuse(0, {}, (*record).error().message);
      else add(std::move(**record));
    }
    for (const std::vector<CsvRecord>& rows : things_) finish_thing(rows);
    return counts_;
  }

 private:
  Result<void> read_header() {
    const auto header = reader_.next();
    if (!header) return fail("no_columns", "there is nothing in it");
    if (!*header) return tl::unexpected((*header).error());
    for (const std::string& name : (**header).fields) columns_.emplace_back(trimmed(name));
    std::string missing;
    for (const std::string& column : plan_.columns)
      if (std::find(columns_.begin(), columns_.end(), column) == columns_.end()) missing += (missing.empty() ? "" : ", ") + column;
    if (!missing.empty())
      return fail("no_columns", fmt::format("the first line does not name the columns of {}: {} is missing", plan_.name, missing));
    return {};
  }

  void refuse(std::uint64_t line, std::string_view text, std::string why) {
    ++counts_.refused;
    refused_(line, text, std::move(why));
  }

  // Rows of one thing need not stand together: a till writes several receipts at a time.
  void add(CsvRecord record) {
    ++counts_.rows;
    if (record.fields.size() > columns_.size())
      return refuse(record.line, record.text,
                    fmt::format("line {}: {} fields, and the first line names {} columns", record.line, record.fields.size(), columns_.size()));
    if (!plan_.group) return finish_thing({std::move(record)});
    Arena arena;
    const std::string key = key_of(row_value(record, arena), arena);
    if (key.empty()) return refuse(record.line, record.text, fmt::format("line {}: what it belongs to is not said", record.line));
    const auto [at, first] = thing_of_.try_emplace(key, things_.size());
    if (first) things_.emplace_back();
    things_[at->second].push_back(std::move(record));
  }

  std::string key_of(const Value& row, Arena& arena) {
    const Value scope = make_map(arena, {{"it", row}, {"body", Value()}});
    const Value v = plan_.group.evaluate(scope, arena);
    return v.is(Kind::string) ? std::string(v.text()) : v.is_number() ? cel::to_text(v) : std::string();
  }

  /// By column; what is empty is left out.
  Value row_value(const CsvRecord& record, Arena& arena) {
    MapBuilder row(arena);
    for (std::size_t i = 0; i < record.fields.size(); ++i)
      if (const auto text = trimmed(record.fields[i]); !text.empty() && row.size() < csv_columns_max && !columns_[i].empty())
        row.add(columns_[i], arena.copy(text));
    return row.build();
  }

  void finish_thing(const std::vector<CsvRecord>& records) {
    ++counts_.things;
    Arena arena;
    ListBuilder rows(arena);
    for (const CsvRecord& record : records) rows.add(row_value(record, arena));
    const Value all = rows.build();
    const Value it = all.items()[0];
    const Value body = make_map(arena, {{"rows", all}, {"timezone", options_.timezone}});
    const Value scope = make_map(arena, {{"body", body}, {"it", it}});
    for (const ImportEvent& event : plan_.events)
      if (auto good = make(event, body, it, scope, arena); !good)
        refuse(records.front().line, records.front().text, fmt::format("line {}: {}: {}", records.front().line, event.type, good.error().message));
  }

  Result<void> make(const ImportEvent& event, const Value& body, const Value& it, const Value& scope, Arena& arena) {
    if (event.condition) {
      const auto holds = event.condition.condition(scope, arena);
      if (!holds || !*holds) return {};
    }
    const Value id = event.id.evaluate(scope, arena), at = event.time.evaluate(scope, arena);
    if (!id.is(Kind::string) && !id.is_number()) return fail("bad_event", "its id is not known" + why(id));
    const auto time = at.is(Kind::timestamp) ? std::optional(from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000)) : parse_time(at.text_or(""));
    if (!time) return fail("bad_event", "its time cannot be read" + why(at));
    Event made{.id = id.is(Kind::string) ? id.text() : arena.copy(cel::to_text(id)),
               .source = options_.source,
               .type = event.type,
               .subject = {},
               .at = *time,
               .data = map_body(event.data, body, it, arena)};
    if (made.data.is_null()) made.data = make_map(arena, {});
    const Value subject = event.subject ? event.subject.evaluate(scope, arena) : Value();
    made.subject = subject.is(Kind::string) ? subject.text() : subject_of_data(made.data, arena);
    auto taken = finish(made, made.at);
    if (!taken) return tl::unexpected(taken.error());
    ++counts_.events;
    made_(made.at, std::move(taken->line));
    return {};
  }

  static std::string why(const Value& v) { return v.is(Kind::error) ? ": " + std::string(v.error().message) : std::string(); }

  const ImportPlan& plan_;
  const ImportOptions& options_;
  CsvReader reader_;
  const Made& made_;
  const Refused& refused_;
  std::vector<std::string> columns_;
  std::vector<std::vector<CsvRecord>> things_;  // by their first rows
  std::unordered_map<std::string, std::size_t> thing_of_;
  ImportCounts counts_;
};

}  // namespace

Result<ImportCounts> import_table(const ImportPlan& plan, std::string_view text, const ImportOptions& options,
                                  const std::function<void(Time, std::string)>& event,
                                  const std::function<void(std::uint64_t, std::string_view, std::string)>& refused) {
  return Import(plan, text, options, event, refused).read();
}

}  // namespace shopbell
