#include "access/people.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "load/load.h"
#include "serve/clock.h"

#include <filesystem>

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  std::string email, name, role = "agent", agent;
};

int with_people(const Options& options, const std::function<int(People&)>& work) {
  const auto folder = data_folder(options.where);
  if (!folder) return report(folder.error());
  std::filesystem::create_directories(*folder);
  const auto file = DeskFile::open(*folder);
  if (!file) return report(file.error());
  People people(**file);
  return work(people);
}

int list(People& people) {
  const auto all = people.all();
  if (!all) return report(all.error());
  Table table({"EMAIL", "NAME", "AGENT", "ROLE", "PASSWORD", "SINCE"});
  for (const Colleague& p : *all)
    table.add({p.email, p.name, p.agent, std::string(to_text(p.role)), p.password.empty() ? "none yet" : "set", format_rfc3339(p.created)});
  fmt::print("{}", table.empty() ? "nobody yet: `shopbell serve` prints a link for the first owner\n" : table.text());
  return 0;
}

int give_link(People& people, const std::string& id) {
  const auto token = people.setup_token("command line", id, wall_clock());
  if (!token) return report(token.error());
  fmt::print("to set a password, once, within a week: /console/#/setup/{}\n", *token);
  return 0;
}

int add(People& people, const Options& options) {
  const auto role = role_of(options.role);
  if (!role) return report({"bad_role", "--role is owner, ops, agent or viewer", {}});
  const auto made = people.add("command line", {{}, options.email, options.name.empty() ? options.email : options.name, options.agent, *role, {}, {}}, wall_clock());
  if (!made) return report(made.error());
  fmt::print("{} <{}>, {}, works as {}\n", made->name, made->email, to_text(made->role), made->agent);
  return give_link(people, made->id);
}

int reset(People& people, const Options& options) {
  const auto found = people.find(options.email);
  if (!found) return report(found.error());
  if (!*found) return report({"not_found", "there is nobody with the email " + options.email, "shopbell people list"});
  return give_link(people, (*found)->id);
}

int verify(People& people) {
  const auto check = verify_audit(people.file());
  if (!check) return report(check.error());
  if (check->broken_at) {
    fmt::print("the audit trail is broken at row {}: {}\n", *check->broken_at, check->why);
    return 1;
  }
  fmt::print("{} rows, each as it was written; the last one's hash is {}\n", check->rows, check->head);
  return 0;
}

int audit(People& people) {
  const auto rows = read_audit(people.file(), 0, 50);
  if (!rows) return report(rows.error());
  Table table({"N", "AT", "WHO", "WHAT", "ABOUT", "DETAIL"});
  for (const AuditRow& r : *rows) table.add({std::to_string(r.n), format_rfc3339(r.at), r.who, r.what, r.about, r.detail});
  fmt::print("{}", table.text());
  return 0;
}

}  // namespace

void add_people(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("people", "The shop's own people: list, add, give a new link, and what they did");
  command.require_subcommand();
  const auto sub = [&](const char* name, const char* about, bool one_person, std::function<int(People&)> work) {
    Command one = command.add_subcommand(name, about);
    if (one_person) one.add_option("EMAIL", options->email, "The mail address that they sign in with").required();
    add_where(one, options->where);
    one.callback([&run, options, work = std::move(work)] { run = [options, work] { return with_people(*options, work); }; });
    return one;
  };
  sub("list", "Who there is", false, list);
  Command adding = sub("add", "Add somebody; prints a one-time link to set a password by", true, [options](People& people) { return add(people, *options); });
  adding.add_option("--name", options->name, "How people call them");
  adding.add_option("--role", options->role, "owner, ops, agent or viewer").show_default();
  adding.add_option("--agent", options->agent, "The name that conversations know: one of `agents` in shopbell.yaml");
  sub("reset", "Print a new one-time link for somebody", true, [options](People& people) { return reset(people, *options); });
  sub("audit", "The last 50 rows of the audit trail", false, audit);
  sub("verify", "Whether the audit trail is as it was written", false, verify);
}

}  // namespace shopbell::cli
