#pragma once
// What a command puts on the command line. CLI11 stands behind it, and command.cpp alone includes it: it is headers only, and
// compiling them took three quarters of a command's build time.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace shopbell::cli {

/// One option, flag or positional; a handle, as is Command. The checks are CLI11's: a value that fails one ends the program with 2.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option& required();
  Option& between(long long least, long long most);
  Option& positive();
  Option& one_of(std::vector<std::string> names);
  Option& type_name(const std::string& name);   // as --help shows its value
  Option& one_each();                           // a list takes one value for each time it is named, not all that follow
  Option& maybe_alone();                        // may be named without a value
  Option& from_environment(const std::string& variable);
  Option& show_default();
  Option& needs(const Option& other);
  Option& excludes(const Option& other);
  bool given() const;

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}
  Command add_subcommand(const std::string& name, const std::string& about);
  /// `to` is written when the line is read, and must live until then; its value before is the default.
  Option add_option(const std::string& names, std::string& to, const std::string& about);
  Option add_option(const std::string& names, std::vector<std::string>& to, const std::string& about);
  Option add_option(const std::string& names, int& to, const std::string& about);
  Option add_option(const std::string& names, std::int64_t& to, const std::string& about);
  Option add_option(const std::string& names, std::size_t& to, const std::string& about);
  Option add_option(const std::string& names, double& to, const std::string& about);
  Option add_flag(const std::string& names, bool& to, const std::string& about);
  void footer(const std::string& text);
  void require_subcommand();
  /// Called when this is the command that was asked for.
  void callback(std::function<void()> call);

 private:
  CLI::App* app_;
};

}  // namespace shopbell::cli
