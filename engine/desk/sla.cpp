#include "desk/sla.h"

#include <algorithm>
#include <array>

namespace shopbell::desk {
namespace {

class Watch {
 public:
  Watch(const Goals& goals, const Hours& hours) : goals_(goals), hours_(hours) {}

  void take(const TicketEvent& event) {
    switch (event.what) {
      case Happened::opened: return open(event.at);
      case Happened::reopened: return open(event.at);
      case Happened::handed_over: return hand_over(event.at);
      case Happened::customer_wrote: return hear(event.at);
      case Happened::bot_replied: return;
      case Happened::person_replied: return reply(event.at);
      case Happened::snoozed: return snooze(event.at);
      case Happened::woke: return wake(event.at);
      case Happened::resolved: return resolve(event.at);
    }
  }

  Sla at(Time now) {
    for (const Part& part : all()) count(*part.clock, now);
    return sla_;
  }

 private:
  struct Part {
    Clock* clock;
    Millis goal;
  };
  std::array<Part, 3> all() {
    return {{{&sla_.first_reply, goals_.first_reply}, {&sla_.next_reply, goals_.next_reply}, {&sla_.resolution, goals_.resolution}}};
  }

  void run(Clock& clock, Millis goal, Time at) {
    if (clock.runs) return;
    clock.runs = true;
    clock.since = at;
    if (goal <= Millis{0}) return;
    clock.due = after(hours_, at, goal - clock.spent);
    const Millis until_near = goal - clock.spent - goals_.warn_before;
    if (goals_.warn_before > Millis{0} && until_near > Millis{0}) clock.near = after(hours_, at, until_near);
  }

  // Whether it is late is known by the due time alone: what is due when the shop closes is not on time next morning.
  void count(Clock& clock, Time at) {
    if (!clock.runs) return;
    clock.spent += open_between(hours_, clock.since, at);
    clock.since = at;
    if (clock.due && at > *clock.due && !clock.late) {
      clock.late = true;
      ++clock.missed;
    }
  }

  void pause(Clock& clock, Time at) {
    count(clock, at);
    clock.runs = false;
    clock.due.reset();
    clock.near.reset();
  }

  void stop(Clock& clock, Millis goal, Time at) {
    if (!clock.runs) return;
    pause(clock, at);
    if (goal > Millis{0} && !clock.late) ++clock.met;
  }

  void begin(Clock& clock, Millis goal, Time at) {
    if (clock.runs) return;
    clock.spent = Millis{0};
    clock.late = false;
    run(clock, goal, at);
  }

  void open(Time at) {
    if (open_) return;
    open_ = true;
    asleep_ = false;
    begin(sla_.first_reply, goals_.first_reply, at);
    sla_.resolution.met = 0;  // what was thought to be the end was none
    run(sla_.resolution, goals_.resolution, at);
  }

  void hand_over(Time at) {
    if (!open_) return open(at);
    if (!sla_.first_reply.runs && !sla_.next_reply.runs) begin(sla_.first_reply, goals_.first_reply, at);
  }

  void hear(Time at) {
    if (!open_) return;
    wake(at);
    if (!sla_.first_reply.runs) begin(sla_.next_reply, goals_.next_reply, at);
  }

  void reply(Time at) {
    stop(sla_.first_reply, goals_.first_reply, at);
    stop(sla_.next_reply, goals_.next_reply, at);
  }

  void snooze(Time at) {
    if (!open_ || asleep_) return;
    asleep_ = true;
    pause(sla_.resolution, at);
  }

  void wake(Time at) {
    if (!open_ || !asleep_) return;
    asleep_ = false;
    run(sla_.resolution, goals_.resolution, at);
  }

  void resolve(Time at) {
    if (!open_) return;
    wake(at);
    for (const Part& part : all()) stop(*part.clock, part.goal, at);
    open_ = asleep_ = false;
  }

  const Goals& goals_;
  const Hours& hours_;
  Sla sla_;
  bool open_ = false, asleep_ = false;
};

}  // namespace

std::optional<Time> Sla::next_due() const {
  std::optional<Time> soonest;
  for (const Clock* clock : {&first_reply, &next_reply, &resolution})
    if (clock->runs && !clock->late && clock->due) soonest = std::min(soonest.value_or(*clock->due), *clock->due);
  return soonest;
}

Sla sla_of(std::span<const TicketEvent> events, const Goals& goals, const Hours& hours, Time now) {
  Watch watch(goals, hours);
  for (const TicketEvent& event : events)
    if (event.at <= now) watch.take(event);
  return watch.at(now);
}

}  // namespace shopbell::desk
