// What the core shows → mote.v1 messages for clients. Pure, thread-safe.
#pragma once

#include "common/log_line.h"
#include "common/reducer.h"
#include "coordinator/core/planner.h"
#include "coordinator/core/view.h"
#include "mote/v1/job.pb.h"
#include "mote/v1/job_service.pb.h"

namespace mote::coordinator {

v1::Job ToProto(const JobView& job);
v1::AbsentTask ToProto(const AbsentView& absent);
v1::ExplainJobResponse ToProto(const JobStoryView& story);
v1::Worker ToProto(const WorkerView& worker);
v1::Bundle ToProto(const Bundle& bundle);
v1::ReadLogResponse ToProto(const LogChunk& chunk);
v1::PlannedStage ToProto(const PlannedStageView& stage);
v1::CostSummary ToProto(const CostView& cost);
v1::OperationDescription ToProto(const OperationDescription& operation);
v1::OperationDescription ToProto(const ReducerDescription& reducer);

}  // namespace mote::coordinator
