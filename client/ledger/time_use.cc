#include "client/ledger/time_use.h"

#include <algorithm>
#include <map>

#include "client/ledger/slot_tracks.h"
#include "client/ledger/stage_name.h"
#include "common/cost.h"

namespace mote::client {
namespace {

TimeClass ClassOf(Phase phase) {
  switch (phase) {
    case Phase::kCompute:
      return TimeClass::kCompute;
    case Phase::kDecode:
    case Phase::kEncode:
      return TimeClass::kConversion;
    default:
      return TimeClass::kCommunication;
  }
}

struct Span {
  int64_t begin_ns = INT64_MAX;
  int64_t end_ns = 0;
};

std::map<int, Span> SpansOf(const SlotTracks& tracks) {
  std::map<int, Span> spans;
  for (const auto& [slot, turns] : tracks) {
    for (const Turn& turn : turns) {
      Span& span = spans[turn.entry->stage()];
      span.begin_ns = std::min(span.begin_ns, turn.begin_ns);
      span.end_ns = std::max(span.end_ns, turn.end_ns);
    }
  }
  return spans;
}

// A turn's time by class: phases may overlap, and then share it as they were busy.
void AddTurn(const Turn& turn, StageTime* use) {
  const v1::LedgerEntry& entry = *turn.entry;
  const int64_t held = turn.end_ns - turn.begin_ns;
  const auto add = [use](TimeClass to, int64_t ns) { use->ns[static_cast<size_t>(to)] += ns; };
  ++use->attempts;
  use->longest_ns = std::max(use->longest_ns, held);
  if (entry.outcome() != v1::LEDGER_OUTCOME_COMMITTED) return add(TimeClass::kWasted, held);
  use->tasks += entry.tasks_end() - entry.tasks_begin();
  double busy = 0;
  for (const int64_t ns : entry.phase_ns()) busy += static_cast<double>(std::max<int64_t>(0, ns));
  const double scale = busy > static_cast<double>(held) ? static_cast<double>(held) / busy : 1;
  int64_t attributed = 0;
  for (int phase = 0; phase < std::min(kPhaseCount, entry.phase_ns_size()); ++phase) {
    const auto ns = static_cast<int64_t>(static_cast<double>(std::max<int64_t>(0, entry.phase_ns(phase))) * scale);
    add(ClassOf(static_cast<Phase>(phase)), ns);
    attributed += ns;
  }
  add(TimeClass::kUnattributed, held - attributed);
}

// Of [begin, end), what the turns take.
int64_t TakenBy(const std::vector<Turn>& turns, int64_t begin, int64_t end) {
  int64_t taken = 0;
  const auto ends_before = [](const Turn& turn, int64_t at) { return turn.end_ns <= at; };
  for (auto turn = std::lower_bound(turns.begin(), turns.end(), begin, ends_before);
       turn != turns.end() && turn->begin_ns < end; ++turn) {
    taken += std::max<int64_t>(0, std::min(end, turn->end_ns) - std::max(begin, turn->begin_ns));
  }
  return taken;
}

// What a slot that ran some of the stage did within the stage's span.
void AddSlot(const std::vector<Turn>& turns, const std::vector<Turn>& others, int stage, const Span& span,
             StageTime* use) {
  const auto add = [use](TimeClass to, int64_t ns) { use->ns[static_cast<size_t>(to)] += std::max<int64_t>(0, ns); };
  ++use->slots;
  int64_t free = span.begin_ns;
  for (const Turn& turn : turns) {
    if (turn.end_ns <= span.begin_ns || turn.begin_ns >= span.end_ns) continue;
    const int64_t taken = TakenBy(others, free, turn.begin_ns);
    add(TimeClass::kOtherJobs, taken);
    add(TimeClass::kGaps, turn.begin_ns - free - taken);
    if (turn.entry->stage() == stage) {
      AddTurn(turn, use);
    } else {
      add(TimeClass::kOtherStages, std::min(turn.end_ns, span.end_ns) - std::max(turn.begin_ns, span.begin_ns));
    }
    free = turn.end_ns;
  }
  add(TimeClass::kTail, span.end_ns - free);
}

}  // namespace

TimeClass StageTime::largest() const {
  return static_cast<TimeClass>(std::max_element(ns.begin(), ns.end()) - ns.begin());
}

std::vector<StageTime> TimeUseOf(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries,
                                 const std::vector<v1::LedgerEntry>& others) {
  const SlotTracks tracks = SlotTracksOf(entries);
  SlotTracks of_others = SlotTracksOf(others, FirstStart(entries));
  std::vector<StageTime> uses;
  for (const auto& [stage, span] : SpansOf(tracks)) {
    StageTime& use = uses.emplace_back();
    use.stage = StageName(job, stage);
    use.span_ns = span.end_ns - span.begin_ns;
    for (const auto& [slot, turns] : tracks) {
      const bool ran = std::any_of(turns.begin(), turns.end(),
                                   [stage = stage](const Turn& turn) { return turn.entry->stage() == stage; });
      if (ran) AddSlot(turns, of_others[slot], stage, span, &use);
    }
  }
  return uses;
}

}  // namespace mote::client
