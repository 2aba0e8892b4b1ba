#include "play/model.h"

#include "base/hash.h"
#include "load/language.h"

#include <algorithm>
#include <cstdlib>

namespace shopbell::play {

Result<Model> Model::parse(const std::vector<std::string>& rules) {
  Model model;
  for (const std::string& rule : rules) {
    if (rule == "succeed") continue;
    const auto bad = [&](const std::string& why) { return fail("bad_model", rule + ": " + why, "write ACTION=failed, or ACTION=retry:2%"); };
    const std::size_t equals = rule.find('='), colon = rule.find(':');
    if (equals == std::string::npos) return bad("this is no rule of a model");
    const std::string action = rule.substr(0, equals), word = rule.substr(equals + 1, colon == std::string::npos ? colon : colon - equals - 1);
    const Action* found = find_action(action);
    if (found == nullptr || found->run == nullptr) return bad("no action " + action + " makes calls");
    const auto answer = std::find(answers.begin(), answers.end(), word);
    if (answer == answers.end()) return bad("a call ends as done, retry, failed or unknown");
    double part = 1;
    if (colon != std::string::npos) {
      char* end = nullptr;
      const std::string percent = rule.substr(colon + 1);
      part = std::strtod(percent.c_str(), &end) / 100;
      if (percent.empty() || std::string_view(end) != "%" || !(part >= 0 && part <= 1)) return bad("a part is written 2%");
    }
    model.rules_[action] = {static_cast<Outcome::Status>(answer - answers.begin()), part};
    model.words_.push_back(rule);
  }
  return model;
}

namespace {
std::string attempt_name(std::string_view key, std::uint32_t attempt) { return std::string(key) + " " + std::to_string(attempt); }
}  // namespace

void Model::record(std::string_view key, std::uint32_t attempt, Recorded outcome) { recorded_.insert_or_assign(attempt_name(key, attempt), std::move(outcome)); }

const Model::Recorded* Model::recorded(const std::string& key, std::uint32_t attempt) const {
  if (recorded_.empty()) return nullptr;
  const auto found = recorded_.find(attempt_name(key, attempt));
  return found == recorded_.end() ? nullptr : &found->second;
}

Outcome::Status Model::status_of(const std::string& action, const std::string& key, std::uint32_t attempt) const {
  const auto rule = rules_.find(action);
  if (rule == rules_.end()) return Outcome::Status::done;
  if (rule->second.part >= 1) return rule->second.status;
  const double drawn = static_cast<double>(hash64({"model", key, std::to_string(attempt)}) >> 11) / static_cast<double>(std::uint64_t{1} << 53);
  return drawn < rule->second.part ? rule->second.status : Outcome::Status::done;
}

std::string Model::text() const {
  std::string text = recorded_.empty() ? "" : std::to_string(recorded_.size()) + " answers as the shop had them";
  if (words_.empty()) return text + (text.empty() ? "" : "; ") + (text.empty() ? "every call succeeds at once" : "every other call succeeds at once");
  for (const std::string& word : words_) text += (text.empty() ? "" : ", ") + word;
  return text + "; every other call succeeds at once";
}

}  // namespace shopbell::play
