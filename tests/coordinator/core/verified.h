// Jobs whose blocks are verified, and workers that may lie.
#pragma once

#include <cstdint>
#include <string>

#include "tests/testing/core_harness.h"

namespace mote::testing {

inline mc::JobSpec Verified(int64_t tasks, mc::VerifySpec verify) {
  mc::JobSpec spec = OneStage("echo", tasks);
  spec.stages[0].verify = verify;
  return spec;
}

inline constexpr mc::VerifySpec kTwice{0, 2};

// Reports the next lease of `worker`; a `lie` stands for another result each.
inline mc::SendLease Finish(CoreHarness& c, const std::string& worker, int64_t lie = 0) {
  const mc::SendLease lease = c.TakeLease(worker);
  c.lie = lie;
  c.ReportDone(worker, lease);
  c.lie = 0;
  return lease;
}

// What one honest worker makes of the job.
inline std::string PlainBytes(int64_t tasks) {
  CoreHarness c;
  c.Connect("w");
  const JobId job = *c.Submit(OneStage("echo", tasks));
  c.RunAll();
  return c.TableBytes(c.View(job).outputs.at(0).output);
}

}  // namespace mote::testing
