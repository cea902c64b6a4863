// A pass as the planner cut it and the engine runs it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/value.h"

namespace mote {

struct PassSpec {
  std::string kernel;      // who runs a task
  std::string parameters;  // the kernel's, as canonical JSON text
  int64_t task_count = 0;  // N ≥ 1
  std::string reducer;
  std::string reducer_parameters = "{}";
  std::map<std::string, Value> inputs;  // by name; what the kernel reads whole or by range
  bool numeric = false;                 // floating point whose bits depend on the machine: bind to one numeric class
  bool finish = true;                   // false: the raw root partial is the answer (Reducer::Finish is not called)
  bool may_stay_apart = false;          // of an iteration, with `finish` false: so may be the few nodes that are left
  std::string label;                    // for people: "epoch 3, step 12"
  std::string worker = {};              // that has what it reads, and alone may run it; empty: any

  bool operator==(const PassSpec&) const = default;
};

}  // namespace mote
