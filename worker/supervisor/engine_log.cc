#include "worker/supervisor/engine_log.h"

#include <algorithm>
#include <string>

namespace mote::worker {
namespace {

// With what a line costs besides its text.
size_t BytesOf(const LogLine& line) { return line.text.size() + 64; }

}  // namespace

EngineLog::EngineLog(int slots, size_t slot_bytes_max)
    : slot_bytes_max_(slot_bytes_max), slots_(static_cast<size_t>(slots)) {}

void EngineLog::SetJob(int slot, JobId job) {
  const std::lock_guard lock(mutex_);
  slots_[static_cast<size_t>(slot)].job = job;
}

void EngineLog::Add(int slot, std::string_view text, absl::Time now) {
  const std::lock_guard lock(mutex_);
  Slot& of = slots_[static_cast<size_t>(slot)];
  of.lines.push_back({++last_, now, slot, of.job, std::string(text)});
  of.bytes += BytesOf(of.lines.back());
  while (of.bytes > slot_bytes_max_ && of.lines.size() > 1) {
    of.bytes -= BytesOf(of.lines.front());
    of.last_forgotten = of.lines.front().number;
    of.lines.pop_front();
  }
}

LogChunk EngineLog::Read(JobId job, int64_t after, size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  if (after > last_) after = 0;  // a number of this worker's life before
  LogChunk chunk;
  std::vector<const LogLine*> found;
  for (const Slot& slot : slots_) {
    chunk.is_cut = chunk.is_cut || slot.last_forgotten > after;
    const auto first = std::upper_bound(slot.lines.begin(), slot.lines.end(), after,
                                        [](int64_t number, const LogLine& line) { return number < line.number; });
    for (auto line = first; line != slot.lines.end(); ++line) {
      if (job.value == 0 || line->job == job) found.push_back(&*line);
    }
  }
  std::sort(found.begin(), found.end(), [](const LogLine* a, const LogLine* b) { return a->number < b->number; });
  size_t bytes = 0;
  for (const LogLine* line : found) {
    bytes += BytesOf(*line);
    chunk.more = bytes > bytes_max && !chunk.lines.empty();
    if (chunk.more) break;
    chunk.lines.push_back(*line);
  }
  chunk.last = chunk.more ? chunk.lines.back().number : last_;
  return chunk;
}

}  // namespace mote::worker
