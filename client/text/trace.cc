#include "client/text/trace.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/ledger/slot_tracks.h"
#include "client/ledger/stage_name.h"
#include "client/text/proto_json.h"
#include "common/cost.h"

namespace mote::client {
namespace {

// Names of colours that both viewers know.
constexpr const char* kColours[kPhaseCount] = {
    "thread_state_iowait",    // fetch
    "thread_state_runnable",  // decode
    "rail_load",              // to device
    "thread_state_running",   // compute
    "rail_animation",         // from device
    "rail_idle",              // encode
    "thread_state_unknown",   // send
};

const char* OutcomeText(v1::LedgerOutcome outcome) {
  switch (outcome) {
    case v1::LEDGER_OUTCOME_COMMITTED:
      return "committed";
    case v1::LEDGER_OUTCOME_HELD:
      return "held to be verified";
    case v1::LEDGER_OUTCOME_WASTED:
      return "wasted";
    default:
      return "unknown";
  }
}

class Events {
 public:
  explicit Events(const std::function<void(std::string_view)>& write) : write_(write) { write_("{\"traceEvents\":["); }

  void Add(const OrderedJson& event) {
    write_(absl::StrCat(first_ ? "\n" : ",\n", event.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)));
    first_ = false;
  }
  void AddName(const char* what, int pid, int tid, const std::string& name) {
    Add({{"name", what}, {"ph", "M"}, {"pid", pid}, {"tid", tid}, {"args", {{"name", name}}}});
  }
  void AddSlice(const std::string& name, const char* category, int pid, int tid, int64_t begin_ns, int64_t end_ns,
                const char* colour, const OrderedJson& args) {
    OrderedJson event = {{"name", name},
                         {"cat", category},
                         {"ph", "X"},
                         {"ts", static_cast<double>(begin_ns) / 1000},
                         {"dur", static_cast<double>(end_ns - begin_ns) / 1000},
                         {"pid", pid},
                         {"tid", tid}};
    if (colour != nullptr) event["cname"] = colour;
    event["args"] = args;
    Add(event);
  }
  void End() { write_("\n],\"displayTimeUnit\":\"ms\"}\n"); }

 private:
  const std::function<void(std::string_view)>& write_;
  bool first_ = true;
};

void AddAttempt(Events& events, const v1::Job& job, const Turn& turn, int pid, int tid) {
  const v1::LedgerEntry& entry = *turn.entry;
  const std::string stage = StageName(job, entry.stage());
  const int64_t tasks = entry.tasks_end() - entry.tasks_begin();
  const char* const colour = entry.outcome() == v1::LEDGER_OUTCOME_WASTED ? "terrible" : nullptr;
  events.AddSlice(
      absl::StrCat(stage, " ", entry.tasks_begin(), tasks > 1 ? absl::StrCat("–", entry.tasks_end() - 1) : ""),
      OutcomeText(entry.outcome()), pid, tid, turn.begin_ns, turn.end_ns, colour,
      {{"kernel", entry.kernel()},
       {"pass", entry.pass()},
       {"attempt", entry.attempt()},
       {"tasks", tasks},
       {"outcome", OutcomeText(entry.outcome())},
       {"staged_bytes", entry.staged_bytes()},
       {"network_bytes", entry.network_bytes()},
       {"memory_bytes", entry.memory_bytes()}});
  int64_t at = turn.begin_ns;
  for (int phase = 0; phase < std::min(kPhaseCount, entry.phase_ns_size()) && at < turn.end_ns; ++phase) {
    const int64_t busy = std::clamp<int64_t>(entry.phase_ns(phase), 0, turn.end_ns - at);
    if (busy == 0) continue;
    const std::string name(Name(static_cast<Phase>(phase)));
    events.AddSlice(name, "phase", pid, tid, at, at + busy, kColours[phase], {{"busy_ns", entry.phase_ns(phase)}});
    at += busy;
  }
}

}  // namespace

void WriteTrace(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries,
                const std::function<void(std::string_view)>& write) {
  Events events(write);
  std::map<std::string, int> pids;
  for (const auto& [slot, turns] : SlotTracksOf(entries)) {
    const auto [pid, is_new] = pids.try_emplace(slot.first, static_cast<int>(pids.size()) + 1);
    if (is_new) events.AddName("process_name", pid->second, 0, absl::StrCat("worker ", slot.first));
    events.AddName("thread_name", pid->second, slot.second, absl::StrCat("slot ", slot.second));
    for (const Turn& turn : turns) AddAttempt(events, job, turn, pid->second, slot.second);
  }
  events.End();
}

}  // namespace mote::client
