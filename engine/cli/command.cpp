#include "cli/command.h"

#include <CLI/CLI.hpp>

#include <utility>

namespace shopbell::cli {

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::between(long long least, long long most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::one_of(std::vector<std::string> names) {
  option_->check(CLI::IsMember(std::move(names)));
  return *this;
}

Option& Option::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::one_each() {
  option_->allow_extra_args(false);
  return *this;
}

Option& Option::maybe_alone() {
  option_->expected(0, 1);
  return *this;
}

Option& Option::from_environment(const std::string& variable) {
  option_->envname(variable);
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

Command Command::add_subcommand(const std::string& name, const std::string& about) { return Command(app_->add_subcommand(name, about)); }

Option Command::add_option(const std::string& names, std::string& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_option(const std::string& names, std::vector<std::string>& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_option(const std::string& names, int& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_option(const std::string& names, std::int64_t& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_option(const std::string& names, std::size_t& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_option(const std::string& names, double& to, const std::string& about) { return Option(app_->add_option(names, to, about)); }
Option Command::add_flag(const std::string& names, bool& to, const std::string& about) { return Option(app_->add_flag(names, to, about)); }

void Command::footer(const std::string& text) { app_->footer(text); }
void Command::require_subcommand() { app_->require_subcommand(1); }
void Command::callback(std::function<void()> call) { app_->callback(std::move(call)); }

}  // namespace shopbell::cli
