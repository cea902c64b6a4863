#include "common/utf8.h"
#include "coordinator/convert/view_convert.h"
#include "coordinator/convert/wire.h"

namespace mote::coordinator {
namespace {

v1::TaskState ProtoOf(TaskState state) {
  switch (state) {
    case TaskState::kPending:
      return v1::TASK_STATE_PENDING;
    case TaskState::kRunning:
      return v1::TASK_STATE_RUNNING;
    case TaskState::kCommitted:
      return v1::TASK_STATE_COMMITTED;
    case TaskState::kAbsent:
      return v1::TASK_STATE_ABSENT;
  }
  return v1::TASK_STATE_UNSPECIFIED;
}

v1::FailedAttempt ProtoOf(const FailedAttempt& attempt, const std::string& stage) {
  v1::FailedAttempt proto;
  *proto.mutable_time() = ToProto(attempt.time);
  proto.set_stage(stage);
  proto.set_pass(attempt.pass.value);
  proto.set_pass_label(Utf8(attempt.label));
  proto.set_task_begin(attempt.tasks.begin);
  proto.set_task_end(attempt.tasks.end);
  proto.set_attempt(attempt.attempt);
  proto.set_kind(std::string(Name(attempt.failure.kind)));
  proto.set_task(attempt.failure.task);
  proto.set_message(Utf8(attempt.failure.message));
  proto.set_detail(Utf8(attempt.failure.detail));
  proto.set_worker(Utf8(attempt.failure.worker));
  proto.set_pieces(attempt.pieces);
  *proto.mutable_retry_time() = ToProto(attempt.not_before);
  return proto;
}

v1::TaskStatus ProtoOf(const TaskView& task) {
  v1::TaskStatus proto;
  proto.set_stage(task.stage);
  proto.set_pass(task.pass.value);
  proto.set_pass_label(Utf8(task.label));
  proto.set_task(task.task);
  proto.set_state(ProtoOf(task.state));
  proto.set_faults(task.faults);
  for (const std::string& worker : task.running_on) proto.add_workers(Utf8(worker));
  if (task.not_before > absl::UnixEpoch()) *proto.mutable_retry_time() = ToProto(task.not_before);
  if (task.absent.has_value()) *proto.mutable_absent() = ToProto(*task.absent);
  return proto;
}

}  // namespace

v1::ExplainJobResponse ToProto(const JobStoryView& story) {
  v1::ExplainJobResponse proto;
  *proto.mutable_job() = ToProto(story.job);
  for (const FailedAttempt& attempt : story.attempts) {
    *proto.add_attempts() = ProtoOf(attempt, story.stage_names[static_cast<size_t>(attempt.stage)]);
  }
  proto.set_attempts_failed(story.attempts_failed);
  for (const TaskView& task : story.tasks) *proto.add_tasks() = ProtoOf(task);
  return proto;
}

}  // namespace mote::coordinator
