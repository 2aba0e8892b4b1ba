#pragma once
// Sends events to a server as fast as it takes them: lanes of batches side by side, one batch of a lane at a
// time. Events of one subject go down one lane, so they arrive in their order. The calling thread adds; the
// client's thread hears the answers.

#include "cli/target.h"
#include "net/client.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cli {

constexpr std::size_t lanes_max = 8;
constexpr std::size_t batch_events_max = 250;
constexpr std::size_t batch_bytes_max = 1024 * 1024;
constexpr std::uint32_t attempts_max = 20;  // of one batch, some half a minute in all

/// Where a line stands: of which of the logs, and its number in it.
struct LinePlace {
  std::size_t log = 0;
  std::uint64_t line = 0;
  auto operator<=>(const LinePlace&) const = default;
};

struct OutgoingEvent {
  LinePlace place;
  std::string json;      // one line, to be posted
  std::string original;  // the log's line, to be kept aside when it is refused
};

class ReplaySender {
 public:
  struct Tally {
    std::uint64_t accepted = 0, repeated = 0, refused = 0;
  };
  /// The server takes neither this event nor its like. Called on the client's thread.
  using Refused = std::function<void(const OutgoingEvent&, std::string_view why)>;

  /// `lanes`: 1 keeps the order of all events, whatever they are about.
  ReplaySender(const Target& target, HttpHeaders headers, std::size_t lanes, Refused refused);
  ~ReplaySender();

  /// Waits while the subject's lane is full. Nothing is added once the sending has failed.
  void add(std::string_view subject, OutgoingEvent event);
  /// What waits for company is sent without it.
  void flush();
  /// Sends the rest, and waits for all answers.
  void finish();
  /// What stopped it: a server that does not answer, or wants another token.
  std::optional<Error> failed();
  Tally tally();
  /// The first event that has no answer yet.
  std::optional<LinePlace> first_open();

 private:
  using Batch = std::vector<OutgoingEvent>;
  struct Lane {
    std::deque<Batch> batches;  // the first one is under way when it is busy
    Batch filling;
    std::size_t bytes = 0;      // of `filling`
    std::uint32_t attempts = 0;
    bool busy = false;
  };

  bool is_idle() const;
  void close(Lane& lane);
  void start(Lane& lane);
  void heard(Lane& lane, const Result<HttpResponse>& response);
  void accept(Lane& lane, const HttpResponse& response);
  void split_or_refuse(Lane& lane, std::string_view why);
  void try_again(Lane& lane, const Error& why);
  void stop(Error why);

  const Target& target_;
  HttpHeaders headers_;
  Refused refused_;
  std::size_t bytes_max_;
  std::unique_ptr<Client> client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Lane> lanes_;
  Tally tally_;
  std::optional<Error> failed_;
};

}  // namespace shopbell::cli
