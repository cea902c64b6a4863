// Job specifications, states and outputs ↔ mote.v1 (job.proto). Pure, thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/output.h"
#include "coordinator/core/event.h"
#include "coordinator/core/job_spec.h"
#include "mote/v1/job.pb.h"

namespace mote::coordinator {

// InvalidArgument: what a job file cannot say (no input format, two task shapes, a
// negative count); every mistake on a line of its own as "path: what; remedy".
// Names, parameters and money are Admit's to check.
absl::StatusOr<JobSpec> FromProto(const v1::JobSpec& spec);

// Without the parameters of operations and reducers: a Struct cannot hold them
// exactly, the journal keeps them as text beside it.
v1::JobSpec ToProtoWithoutParameters(const JobSpec& spec);

v1::Price ToProto(const Price& price);
v1::JobState ToProto(JobState state);
v1::StageState ToProto(StageState state);
v1::OutputKind ToProto(OutputKind kind);

// InvalidArgument: a number that is not a state or kind.
absl::StatusOr<JobState> FromProto(v1::JobState state);
absl::StatusOr<StageState> FromProto(v1::StageState state);
absl::StatusOr<OutputKind> FromProto(v1::OutputKind kind);

}  // namespace mote::coordinator
