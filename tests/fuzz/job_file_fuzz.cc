// Text of job files: each becomes a job that the coordinator admits or refuses, or a
// list of mistakes with their places.
#include <string>

#include "client/jobfile/job_file.h"
#include "common/check.h"
#include "coordinator/convert/job_convert.h"
#include "coordinator/plan/registry.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kTextMax = 16 << 10;  // longer ones only take longer
  if (size > kTextMax) return 0;
  const auto job = mote::client::ParseJobFile({reinterpret_cast<const char*>(data), size}, "job.yaml", {"lr=0.1"});
  if (!job.ok()) {
    MOTE_CHECK(absl::IsInvalidArgument(job.status()), "a job file that is wrong is an invalid argument");
    MOTE_CHECK(job.status().message().substr(0, 8) == "job.yaml", "a mistake names the file");
    return 0;
  }
  const auto spec = mote::coordinator::FromProto(job->spec);
  if (!spec.ok()) return 0;
  const auto admitted = mote::coordinator::Admit(*spec, mote::coordinator::BuiltinPlanners());
  if (!admitted.ok()) return 0;
  MOTE_CHECK(mote::coordinator::Admit(admitted->spec, mote::coordinator::BuiltinPlanners()).ok(),
             "what was admitted once is admitted in replay");
  return 0;
}
