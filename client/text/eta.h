// How long something will go on, in words.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "client/text/quantities.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// "4m10s (3m50s–4m40s)": about that long, and within these bounds four times of five;
// empty: not known. `Timed` is a StageStatus or a Job.
template <typename Timed>
std::string EtaText(const Timed& timed) {
  if (!timed.has_eta()) return "";
  const auto text = [](const google::protobuf::Duration& span) {
    return DurationText(absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos()));
  };
  const std::string eta = text(timed.eta()), low = text(timed.eta_low()), high = text(timed.eta_high());
  if (!timed.has_eta_low() || !timed.has_eta_high() || low == high) return eta;
  return absl::StrCat(eta, " (", low, "–", high, ")");
}

}  // namespace mote::client
