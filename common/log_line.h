// What engines, and the programs that they run, wrote to their stdout and stderr.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/ids.h"

namespace mote {

struct LogLine {
  int64_t number = 0;  // of the worker's lines, from 1 on
  absl::Time time;
  int slot = 0;
  JobId job;  // whose lease the slot ran then, as far as can be told; 0: none yet
  std::string text;
  bool operator==(const LogLine&) const = default;
};

// Some of a worker's lines, oldest first.
struct LogChunk {
  std::vector<LogLine> lines;
  int64_t last = 0;     // ask for what comes after this number next
  bool more = false;    // there is more already
  bool is_cut = false;  // lines that were asked for are forgotten
  bool operator==(const LogChunk&) const = default;
};

}  // namespace mote
