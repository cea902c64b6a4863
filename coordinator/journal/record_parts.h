// Parts of records that live events and those of a snapshot have in common. Pure,
// thread-safe.
//
// Errors of the From functions: InvalidArgument, not a record of this version.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/convert/wire.h"
#include "coordinator/core/event.h"
#include "mote/journal/v1/journal.pb.h"

namespace mote::coordinator {

namespace records = ::mote::journal::v1;

records::PlannedPass ProtoOf(const PlannedPass& planned);
records::Output ProtoOf(const Output& output);
records::JobSubmitted ProtoOf(const JobSubmitted& event);
records::BlockHeld ProtoOf(const BlockHeld& event);
records::PassCompleted ProtoOf(const PassCompleted& event);
records::JobEnded ProtoOf(const JobEnded& event);
records::StageCost ProtoOf(const CostView& cost);
records::StageTotals ProtoOf(const StageTotals& totals);
records::Usage ProtoOf(const Usage& used);
records::Calibration ProtoOf(const Calibration& calibration);

// A time that is infinite is left out.
template <class Proto>
void SetTime(absl::Time time, Proto* proto, google::protobuf::Timestamp* (Proto::*field)()) {
  if (time != absl::InfiniteFuture() && time != absl::InfinitePast()) *(proto->*field)() = ToProto(time);
}

absl::StatusOr<PlannedPass> PassFrom(const records::PlannedPass& proto);
absl::StatusOr<Output> OutputFrom(const records::Output& proto);
absl::StatusOr<JobSubmitted> SubmittedFrom(const records::JobSubmitted& proto);
absl::StatusOr<std::vector<Node>> NodesFrom(const google::protobuf::RepeatedPtrField<v1::Node>& protos);
absl::StatusOr<BlockHeld> HeldFrom(const records::BlockHeld& proto);
absl::StatusOr<CompletedPass> ResultFrom(const records::PassCompleted& proto);
absl::StatusOr<JobEnded> EndedFrom(const records::JobEnded& proto);
absl::StatusOr<CostView> CostFrom(const records::StageCost& proto);
absl::StatusOr<StageTotals> TotalsFrom(const records::StageTotals& proto);
Calibration CalibrationFrom(const records::Calibration& proto);
Usage UsageFrom(const records::Usage& proto);
absl::StatusOr<std::vector<ArtifactRef>> ArtifactsFrom(const google::protobuf::RepeatedPtrField<std::string>& texts);

}  // namespace mote::coordinator
