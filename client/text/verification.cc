#include "client/text/verification.h"

#include "absl/strings/str_cat.h"
#include "client/text/quantities.h"

namespace mote::client {

std::string VerificationText(const v1::Job& job) {
  std::string text;
  for (const v1::StageStatus& stage : job.stages()) {
    if (!stage.has_verification()) continue;
    const v1::Verification& found = stage.verification();
    absl::StrAppend(&text, "verified: ", found.blocks(), " blocks of ", stage.name(), " by ", found.runs_extra(),
                    " more runs, ", SecondsText(found.seconds_extra()), " of device time");
    if (found.blocks_one_worker() > 0) {
      absl::StrAppend(&text, "; ", found.blocks_one_worker(),
                      " of them not independently: one worker ran them each time, for want of another of the same "
                      "numeric class (start a second worker)");
    }
    absl::StrAppend(&text, "\n");
  }
  for (const std::string& reason : job.distrusted()) absl::StrAppend(&text, "distrusted: ", reason, "\n");
  return text;
}

}  // namespace mote::client
