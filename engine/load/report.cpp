#include "load/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace shopbell {

void Report::error(Place place, std::string code, std::string message, std::string hint) {
  failed_ = true;
  keep(Severity::error, place, {std::move(code), std::move(message), std::move(hint), place.offset, place.length});
}

void Report::warning(Place place, std::string code, std::string message, std::string hint) {
  keep(Severity::warning, place, {std::move(code), std::move(message), std::move(hint), place.offset, place.length});
}

void Report::error_in_file(std::string code, std::string message, std::string hint) {
  Diagnostic d;
  d.file = file_;
  d.code = std::move(code);
  d.message = std::move(message);
  d.hint = std::move(hint);
  failed_ = true;
  found_.push_back({0, std::move(d)});
}

void Report::add(Diagnostic d) {
  failed_ = failed_ || d.severity == Severity::error;
  if (elsewhere_.size() < diagnostics_max) elsewhere_.push_back(std::move(d));
}

void Report::keep(Severity severity, Place place, Error error) {
  if (full()) {
    ++left_out_;
    return;
  }
  Diagnostic d = diagnostic_at(file_, source_, place.offset, error);
  d.severity = severity;
  found_.push_back({place.offset, std::move(d)});
}

// Secrets become known while the file is read, so lines are masked at the end.
std::string Report::masked_line(std::uint32_t offset) const {
  const std::size_t at = std::min<std::size_t>(offset, source_.size());
  const std::size_t before = at == 0 ? std::string_view::npos : source_.rfind('\n', at - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  std::string line(source_.substr(start, source_.find('\n', start) - start));
  if (line.ends_with('\r')) line.pop_back();
  std::string masked;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto covers = [&](const Place& p) { return start + i >= p.offset && start + i < p.offset + p.length; };
    if (std::none_of(hidden_.begin(), hidden_.end(), covers)) masked += line[i];
    else if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80) masked += '*';
  }
  return masked;
}

std::vector<Diagnostic> Report::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.offset < b.offset; });
  std::vector<Diagnostic> all;
  for (Found& found : found_) {
    if (!hidden_.empty() && found.diagnostic.line != 0) found.diagnostic.source_line = masked_line(found.offset);
    all.push_back(std::move(found.diagnostic));
  }
  std::move(elsewhere_.begin(), elsewhere_.end(), std::back_inserter(all));
  if (left_out_ != 0) {
    Diagnostic more;
    more.file = file_;
    more.code = "more";
    more.message = fmt::format("and {} more", left_out_);
    all.push_back(std::move(more));
  }
  found_.clear();
  elsewhere_.clear();
  left_out_ = 0;
  return all;
}

}  // namespace shopbell
