#pragma once
// What the console asks of the rows beyond Reader: the inbox by its views, and people by a few letters. A read-only connection of
// its own, as the Reader's; one thread at a time.

#include "store/sqlite.h"
#include "store/store.h"

#include <memory>
#include <string>
#include <vector>

namespace shopbell {

/// "12:34": the instant in ms and the row behind which a page goes on.
struct InboxKey {
  std::int64_t at = INT64_MAX, n = INT64_MAX;
};

struct InboxQuery {
  std::string owner, agent, queue;   // empty: whoever has it
  std::string state;                 // open, snoozed, resolved; empty: all that were not taken into another
  std::string subject;               // empty: of whoever
  std::string text;                  // in what was said, or in what is known of the customer; of any case within ASCII
  InboxKey after;
  std::size_t max = 50;
};

struct InboxRow {
  InboxKey key;
  ConversationRow row;
};

constexpr std::size_t searched_max = 20'000;  // rows that one page of a search looks through: of conversations the newest

/// A page of subjects' ids. Names that lead to somebody may be among them: whoever asks finds out who that is.
struct FoundCustomers {
  std::vector<std::string> ids;
  std::string next;                  // behind which the next page goes on; empty: that was all
};

class ConsoleReader {
 public:
  /// As Store::reader().
  static Result<std::unique_ptr<ConsoleReader>> open(const std::string& folder);
  /// The last that something was said in first.
  Result<std::vector<InboxRow>> inbox(const InboxQuery& query);
  /// How many conversations are open, by queue and agent: "queue:care" -> 3, "agent:ana" -> 2, "bot", "nobody".
  Result<std::vector<std::pair<std::string, std::uint64_t>>> counts();
  /// Customers behind `after` in order of their ids; with a text those whose row has it, and on the first page first those of
  /// whom an id, an e-mail address or a number begins with it. A page looks through searched_max rows: it may be empty and not the last.
  Result<FoundCustomers> customers(std::string_view text, std::string_view after, std::size_t max);
  /// Of one workflow: version, when its first run began, and how many are open.
  struct VersionUse {
    std::string version;
    std::uint64_t open = 0;
  };
  Result<std::vector<VersionUse>> versions(std::string_view workflow);

 private:
  explicit ConsoleReader(sqlite::Database db) : db_(std::move(db)) {}
  sqlite::Database db_;
};

}  // namespace shopbell
