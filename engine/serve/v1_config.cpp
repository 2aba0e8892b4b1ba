// Queues, agents, hours and contact rules, edited as the parts of shopbell.yaml that they are. The engine reads the whole shop with the
// edit as it would read it at a start; what has a mistake is not written. Who edits the file elsewhere meanwhile is not written over.

#include "access/audit.h"
#include "base/hash.h"
#include "load/shop.h"
#include "serve/shop_file.h"
#include "serve/staged.h"
#include "serve/v1_handlers.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shopbell::v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> parts_of_it{"queues", "agents", "hours", "contact"};
constexpr std::string_view backup_ending = ".before";

std::string etag_of(std::string_view yaml) { return to_hex(sha256({yaml})); }

/// Where it really stands: a link is followed.
Result<fs::path> place_of_file(const V1Parts& parts) {
  std::error_code error;
  const fs::path path = fs::canonical(fs::path(parts.config->folder) / "shopbell.yaml", error);
  if (error) return fail("io", "shopbell.yaml cannot be found: " + error.message());
  return path;
}

/// The whole file or the one before, whatever happens in between; readable by whoever could read the one before.
Result<void> write_beside_and_swap(const fs::path& path, std::string_view bytes, mode_t mode) {
  const fs::path beside = path.parent_path() / ("." + path.filename().string() + ".new");
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return fail("io", "the shop's folder cannot be written to");
  const bool good = ::fchmod(file, mode) == 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(file) == 0;
  ::close(file);
  std::error_code error;
  if (good) fs::rename(beside, path, error);
  if (!good || error) return fail("io", path.filename().string() + " cannot be written");
  if (const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

Value diagnostics_of(const std::vector<Diagnostic>& all, int first_line, Arena& arena) {
  ListBuilder list(arena);
  for (const Diagnostic& d : all) {
    const bool here = d.file == "shopbell.yaml";
    list.add(make_map(arena, {{"severity", d.severity == Severity::error ? "error" : "warning"}, {"file", arena.copy(d.file)}, {"line", std::int64_t{here ? d.line - first_line + 1 : d.line}},
                              {"column", std::int64_t{d.column}}, {"message", arena.copy(d.message)}, {"hint", arena.copy(d.hint)}}));
  }
  return list.build();
}

V1Answer shown(std::string_view yaml, Arena& arena) {
  MapBuilder sections(arena);
  for (const std::string_view name : parts_of_it) {
    const auto text = section_of(yaml, name);
    if (!text) return tl::unexpected(text.error());
    sections.add(name, arena.copy(*text));
  }
  return v1_json(make_map(arena, {{"etag", arena.copy(etag_of(yaml))}, {"parts", sections.build()}}));
}

V1Answer changed_meanwhile(std::string_view yaml, Arena& arena) {
  return v1_problem(409, "changed", "shopbell.yaml was changed meanwhile: look at it as it is now", make_map(arena, {{"etag", arena.copy(etag_of(yaml))}}));
}

V1Answer do_change(V1Parts& parts, V1Ask& ask) {
  const std::string& name = ask.args[0];
  if (std::find(parts_of_it.begin(), parts_of_it.end(), name) == parts_of_it.end()) return fail("not_found", "queues, agents, hours and contact are edited here");
  const auto path = place_of_file(parts);
  const auto before = path ? read_file(*path, yaml_bytes_max) : Result<std::string>(tl::unexpected(path.error()));
  if (!before) return tl::unexpected(before.error());
  if (etag_of(*before) != ask.text("etag")) return changed_meanwhile(*before, ask.arena);
  const auto yaml = with_section(*before, name, ask.text("yaml"));
  if (!yaml) return v1_problem(422, yaml.error().code, yaml.error().message);
  const auto staged = StagedShop::lay_out_config(parts.config->folder, parts.data, *yaml);
  if (!staged) return tl::unexpected(staged.error());
  std::shared_ptr<const Workflow> none;
  const auto found = (*staged)->check(none);
  const Value diagnostics = diagnostics_of(found, std::max(1, line_of_section(*yaml, name)), ask.arena);
  if (std::any_of(found.begin(), found.end(), [](const Diagnostic& d) { return d.severity == Severity::error; }))
    return v1_problem(422, "bad_config", "the shop would have mistakes with it: see diagnostics", make_map(ask.arena, {{"diagnostics", diagnostics}}));
  struct stat as_it_was {};
  if (::stat(path->c_str(), &as_it_was) != 0) return fail("io", "shopbell.yaml cannot be looked at");
  if (auto kept = write_beside_and_swap(path->string() + std::string(backup_ending), *before, as_it_was.st_mode & 07777); !kept) return tl::unexpected(kept.error());
  const auto again = read_file(*path, yaml_bytes_max);  // the check has taken a while
  if (!again || *again != *before) return changed_meanwhile(again.value_or(""), ask.arena);
  if (auto written = write_beside_and_swap(*path, *yaml, as_it_was.st_mode & 07777); !written) return tl::unexpected(written.error());
  const auto told = parts.file.change([&](DeskFile& f) { return add_audit(f, {0, ask.now, ask.who.shown(), "config.changed", name, etag_of(*yaml)}); });
  if (!told) return tl::unexpected(told.error());
  return v1_json(make_map(ask.arena, {{"etag", ask.arena.copy(etag_of(*yaml))}, {"yaml", ask.arena.copy(section_of(*yaml, name).value_or(""))}, {"diagnostics", diagnostics}}));
}

}  // namespace

V1Answer show_config(V1Parts& parts, V1Ask& ask) {
  const auto path = place_of_file(parts);
  const auto yaml = path ? read_file(*path, yaml_bytes_max) : Result<std::string>(tl::unexpected(path.error()));
  if (!yaml) return tl::unexpected(yaml.error());
  return shown(*yaml, ask.arena);
}

V1Answer change_config(V1Parts& parts, V1Ask& ask) {
  const bool posted = parts.heavy.post([&parts, held = ask.shared_from_this()] {
    V1Answer answer = v1_later();
    try {
      answer = do_change(parts, *held);
    } catch (const std::exception& e) {
      answer = fail("broken", e.what());
    }
    held->answer(answer ? std::move(*answer) : v1_problem(answer.error()));
  });
  return posted ? v1_later() : v1_problem(503, "busy", "too many edits are looked at at the moment; try again");
}

}  // namespace shopbell::v1
