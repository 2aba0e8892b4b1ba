#pragma once
// What a backtest found, ready to be shown: sums, and what differs between two versions. Pure.

#include "play/backtest.h"

#include <string>
#include <vector>

namespace shopbell::play {

constexpr std::size_t customers_listed_max = 10'000;

/// A customer who would get other messages than by the other version.
struct CustomerChange {
  struct Part {
    std::string message;  // "abandoned-cart: email (step 2)"
    std::uint32_t now = 0, before = 0;
    bool others = false;  // as many, but about other events
  };
  std::string customer;
  std::vector<Part> parts;
  std::int64_t more = 0;  // messages now less those before
};

struct Version {
  std::string name;  // "examples", "main~3"
  Tally tally;
  std::vector<std::string> workflows;  // in the tally's order
  std::string busiest;                 // the customer with most messages; empty: nobody got one
  std::uint64_t busiest_messages = 0, messages = 0, customers = 0;  // customers: who got a message
};

struct Findings {
  LogSummary log;
  std::string model;
  std::uint64_t subjects = 0;
  std::vector<Version> versions;  // now and, perhaps, what it is compared with
  std::uint64_t gain = 0, lose = 0, differ = 0;  // customers: more messages, fewer, as many but others
  std::vector<CustomerChange> changes;  // those with the largest changes first; at most customers_listed_max

  /// Of the version; nullptr: it does not have that workflow.
  const WorkflowTally* find(std::size_t version, const std::string& workflow) const;
  /// Of all versions, sorted.
  std::vector<std::string> workflows() const;
};

/// `names`: of the sides.
Findings find(const Backtest& backtest, const std::vector<std::string>& names, std::string model);

/// "email" of the tally's deeds and the like, summed over workflows.
std::uint64_t messages_of(const WorkflowTally& tally);

std::string to_json(const Findings& findings);
/// A page of its own: no address outside it.
std::string to_html(const Findings& findings);

/// "12,345".
std::string grouped(std::uint64_t number);
/// "2026-11-21".
std::string day_text(Time at);
/// For people: "the condition was false".
std::string hindrance_text(std::string_view code);

}  // namespace shopbell::play
