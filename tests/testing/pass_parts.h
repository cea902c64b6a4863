// One of each part of a pass, with no field left at its default.
#pragma once

#include <optional>
#include <string>

#include "common/cost.h"
#include "common/failure.h"
#include "common/ids.h"
#include "common/pass_spec.h"

namespace mote {

inline LeaseToken SomeToken() { return {{3}, {7}, {9}, {2, 5}, 4}; }

inline Failure SomeFailure() {
  return {FaultKind::kEngineCrash, 21, "engine died of signal 11", "Segmentation fault", "w1", "sha256:missing"};
}

inline PassSpec SomePass() {
  PassSpec pass;
  pass.worker = "berlin";
  pass.kernel = "infer";
  pass.parameters = R"({"lr":1.0,"rows":64})";
  pass.task_count = 1000;
  pass.reducer = "sum";
  pass.reducer_parameters = R"({"column":"x"})";
  pass.inputs["small"] = {std::string("\0\xff", 2), std::nullopt};
  pass.inputs["large"] = {"", ArtifactRef{Sha256("large"), 123456789, true}};
  pass.numeric = true;
  pass.finish = false;
  pass.label = "epoch 3, step 12";
  return pass;
}

inline Cost SomeCost() {
  Cost cost;
  cost.tasks = 4;
  cost.phase_ns = {1, 2, 3, 4, 5, 6, 7};
  cost.staged_bytes = 8;
  cost.network_bytes = 9;
  cost.memory_bytes = 10;
  for (const int64_t nanoseconds : {10, 10, 100'000, 123'456'789}) cost.task_ns.Add(nanoseconds);
  return cost;
}

}  // namespace mote
