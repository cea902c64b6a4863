// What went wrong in a job, attempt by attempt: sentences for `mote explain`.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/text/proto_json.h"
#include "mote/v1/job_service.pb.h"

namespace mote::client {

// A task as people name it: "12", or "score:12" where other stages have a task 12 too.
struct TaskName {
  std::string stage;  // empty: any
  int64_t task = -1;  // -1: no task was named
};

// InvalidArgument: neither INDEX nor STAGE:INDEX.
absl::StatusOr<TaskName> ParseTaskName(std::string_view text);

// Several lines, the first a summary. With a task: what is known of that task alone.
std::string StoryText(const v1::ExplainJobResponse& story, const TaskName& task = {});

OrderedJson StoryJson(const v1::ExplainJobResponse& story, const TaskName& task = {});

}  // namespace mote::client
