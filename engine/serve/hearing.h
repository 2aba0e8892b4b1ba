#pragma once
// What this shop hears with: its own model of intents, or the built-in one, and its FAQ. Immutable: a changed folder makes a new
// one. Any thread.

#include "hear/ear.h"

#include <shopbell/hearing.h>

#include <memory>
#include <vector>

namespace shopbell {

constexpr std::size_t model_bytes_max = 256 * 1024 * 1024;
constexpr std::size_t faq_bytes_max = 1024 * 1024;  // of a file

class Hearing : public Hearer {
 public:
  /// Reads models/ and faq/ of the shop's folder. What is broken is logged, and the built-in model or the other files of the FAQ
  /// are used.
  static std::shared_ptr<const Hearing> load(const std::string& folder);

  /// The fields of `classify`. Errors: "unknown_intent".
  Result<Document> classify(std::string_view text, std::span<const std::string> intents, double coverage) const override;
  /// The fields of `answer`. Errors: "no_faq".
  Result<Document> look_up(std::string_view question) const override;
  std::span<const std::string> intents() const { return ear_->intents().labels; }

 private:
  std::shared_ptr<const Ear> ear_;
  Faq faq_;
};

}  // namespace shopbell
