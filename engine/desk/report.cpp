#include "desk/report.h"

#include "base/time.h"

#include <algorithm>
#include <array>

namespace shopbell::desk {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> definitions{{
    {"contacts", "Messages of one customer with less than 24 hours between them; a contact counts where it begins."},
    {"to_people", "Contacts in which a ticket was opened, until 24 hours behind the last message."},
    {"asked_for_person", "Contacts in which a message asks for a person, as the built-in model hears it."},
    {"back_within_7_days", "Contacts without a ticket whose customer wrote again within 7 days behind the last message."},
    {"contained", "Contacts without a ticket, less those whose customer came back within 7 days."},
    {"confirmed", "Of the contained, those in which the customer said that an answer helped, and last of none that it did not."},
    {"answers_rated", "Answers of the FAQ of which the customer said whether they helped (answer.rated)."},
    {"answers_helped", "The part of these that helped."},
    {"tickets", "Tickets opened in that time."},
    {"reopened", "Of these, those that were reopened within 7 days of their end."},
    {"first_reply_ms", "Median from a ticket's opening to a person's first answer, by the clock on the wall. What a bot says is no answer."},
    {"resolution_ms", "Median from the opening to the last end, by the clock on the wall, of tickets that are closed and not reopened within 7 days."},
    {"csat", "The part of answers of 4 and 5, of 1 to 5."},
    {"nps", "The part of 9 and 10, less the part of 0 to 6, times 100."},
    {"ces", "The mean, of 1 to 7."},
    {"answers", "Withdrawn answers, of tickets that were reopened, are left out."},
}};

std::optional<Millis> median(std::vector<Millis> all) {
  if (all.empty()) return {};
  std::sort(all.begin(), all.end());
  const std::size_t middle = all.size() / 2;
  return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

struct Scores {
  std::size_t answers = 0, good = 0, bad = 0;
  double sum = 0;
  void add(double score, double good_from, double bad_to) {
    ++answers;
    sum += score;
    good += score >= good_from;
    bad += score <= bad_to;
  }
};

struct Group {
  std::int64_t tickets = 0, reopened = 0;
  std::vector<Millis> first_replies, resolutions;
  Scores csat, nps, ces;
};

bool reopened_soon(const Ticket& ticket) {
  for (std::size_t i = 0; i < ticket.events.size(); ++i)
    for (std::size_t end = i; end > 0; --end) {
      if (ticket.events[i].what != Happened::reopened || ticket.events[end - 1].what != Happened::resolved) continue;
      if (ticket.events[i].at - ticket.events[end - 1].at <= comes_back) return true;
      break;
    }
  return false;
}

void add(Group& group, const Ticket& ticket) {
  ++group.tickets;
  const bool again = reopened_soon(ticket);
  group.reopened += again;
  for (const TicketEvent& event : ticket.events)
    if (event.what == Happened::person_replied) {
      group.first_replies.push_back(event.at - ticket.opened());
      break;
    }
  if (!ticket.is_open() && !again) group.resolutions.push_back(ticket.events.back().at - ticket.opened());
}

void add(Group& group, const Answered& answer) {
  if (answer.kind == "csat") group.csat.add(answer.score, 4, 0);
  if (answer.kind == "nps") group.nps.add(answer.score, 9, 6);
  if (answer.kind == "ces") group.ces.add(answer.score, 0, 0);
}

Value number(const std::optional<Millis>& ms) { return ms ? Value(std::int64_t{ms->count()}) : Value(); }

Value part(double of, std::size_t all) { return all == 0 ? Value() : Value(of / static_cast<double>(all)); }

void put(MapBuilder& map, const Group& group) {
  map.add("tickets", group.tickets).add("reopened", group.reopened);
  map.add("first_reply_ms", number(median(group.first_replies))).add("resolution_ms", number(median(group.resolutions)));
  map.add("csat", part(static_cast<double>(group.csat.good), group.csat.answers)).add("csat_answers", static_cast<std::int64_t>(group.csat.answers));
  const double promoters = static_cast<double>(group.nps.good) - static_cast<double>(group.nps.bad);
  map.add("nps", part(100 * promoters, group.nps.answers)).add("nps_answers", static_cast<std::int64_t>(group.nps.answers));
  map.add("ces", part(group.ces.sum, group.ces.answers)).add("ces_answers", static_cast<std::int64_t>(group.ces.answers));
}

struct Contacts {
  std::int64_t all = 0, to_people = 0, asked = 0, back = 0, confirmed = 0;
};

/// What the customer said last of an answer in that time; false: nothing.
bool was_helped(const Facts& facts, std::string_view about, Time from, Time to) {
  const Rated* last = nullptr;
  for (const Rated& rated : facts.rated)
    if (rated.about == about && rated.at >= from && rated.at <= to && (last == nullptr || rated.at > last->at)) last = &rated;
  return last != nullptr && last->helped;
}

bool has_ticket(const Facts& facts, std::string_view about, Time from, Time to) {
  return std::any_of(facts.tickets.begin(), facts.tickets.end(), [&](const auto& t) {
    return t.second.about == about && t.second.opened() >= from && t.second.opened() <= to;
  });
}

Contacts count_contacts(const Facts& facts) {
  std::map<std::string_view, std::vector<const Heard*>> by_customer;
  for (const Heard& message : facts.messages) by_customer[message.about].push_back(&message);
  Contacts counted;
  for (auto& [about, said] : by_customer) {
    std::sort(said.begin(), said.end(), [](const Heard* a, const Heard* b) { return a->at < b->at; });
    for (std::size_t i = 0; i < said.size();) {
      const Time from = said[i]->at;
      bool asked = said[i]->asks_person;
      while (i + 1 < said.size() && said[i + 1]->at - said[i]->at < contact_gap) asked = said[++i]->asks_person || asked;
      const Time last = said[i++]->at;
      if (from < facts.from || from >= facts.to) continue;
      ++counted.all;
      counted.asked += asked;
      if (has_ticket(facts, about, from, last + contact_gap)) ++counted.to_people;
      else if (i < said.size() && said[i]->at - last <= comes_back) ++counted.back;
      else counted.confirmed += was_helped(facts, about, from, last + contact_gap);
    }
  }
  return counted;
}

using Groups = std::map<std::string, Group>;

struct Ratings {
  std::size_t all = 0, helped = 0;
  void add(bool good) { ++all, helped += good; }
};

void put(MapBuilder& map, const Ratings& ratings) {
  map.add("answers_rated", static_cast<std::int64_t>(ratings.all)).add("answers_helped", part(static_cast<double>(ratings.helped), ratings.all));
}

template <class All>
Value to_value(const All& groups, Arena& arena) {
  MapBuilder all(arena);
  for (const auto& [name, group] : groups) {
    MapBuilder one(arena);
    put(one, group);
    all.add(arena.copy(name), one.build());
  }
  return all.build();
}

}  // namespace

Value report(const Facts& facts, Arena& arena) {
  Group total;
  Groups intents, workflows, queues;
  const auto in_each = [&](const auto& what, const std::string& intent, const std::string& workflow, const std::string& queue) {
    add(total, what);
    if (!intent.empty()) add(intents[intent], what);
    if (!workflow.empty()) add(workflows[workflow], what);
    if (!queue.empty()) add(queues[queue], what);
  };
  for (const auto& [id, ticket] : facts.tickets)
    if (ticket.opened() >= facts.from && ticket.opened() < facts.to) in_each(ticket, ticket.intent, ticket.workflow, ticket.queue);
  for (const Answered& answer : facts.answers) {
    const auto about = facts.tickets.find(answer.ticket);
    const bool known = about != facts.tickets.end();
    in_each(answer, known ? about->second.intent : "", known ? about->second.workflow : answer.workflow, known ? about->second.queue : "");
  }
  std::map<std::string, Ratings> sources;
  Ratings rated;
  for (const Rated& one : facts.rated) {
    if (one.at < facts.from || one.at >= facts.to) continue;
    rated.add(one.helped);
    if (!one.source.empty()) sources[one.source].add(one.helped);
  }
  const Contacts contacts = count_contacts(facts);
  MapBuilder sum(arena), words(arena);
  sum.add("contacts", contacts.all).add("to_people", contacts.to_people).add("asked_for_person", contacts.asked).add("back_within_7_days", contacts.back);
  sum.add("contained", contacts.all - contacts.to_people - contacts.back).add("confirmed", contacts.confirmed);
  put(sum, rated);
  put(sum, total);
  for (const auto& [name, sentence] : definitions) words.add(name, sentence);
  return make_map(arena, {{"from", arena.copy(format_rfc3339(facts.from))},
                          {"to", arena.copy(format_rfc3339(facts.to))},
                          {"definitions", words.build()},
                          {"total", sum.build()},
                          {"intents", to_value(intents, arena)},
                          {"workflows", to_value(workflows, arena)},
                          {"queues", to_value(queues, arena)},
                          {"sources", to_value(sources, arena)}});
}

}  // namespace shopbell::desk
