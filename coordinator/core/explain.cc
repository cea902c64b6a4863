#include "coordinator/core/explain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/suggest.h"
#include "coordinator/core/queries.h"
#include "coordinator/core/view_of.h"

namespace mote::coordinator {
namespace {

// Of a stage with very many passes the first ones are shown.
constexpr size_t kTasksShownMax = 100;

absl::Status CheckStage(const Job& job, const std::string& stage) {
  if (stage.empty()) return absl::OkStatus();
  std::vector<std::string> known;
  for (const AdmittedStage& admitted : job.admitted.stages) known.push_back(admitted.spec.name);
  if (std::find(known.begin(), known.end(), stage) != known.end()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("job ", job.id.value, " has no stage \"", stage, "\"",
                                          DidYouMean(stage, known), "; it has ", absl::StrJoin(known, ", ")));
}

const AbsentView* FindAbsent(const Job& job, PassId pass, int64_t task) {
  const auto found = std::find_if(job.absent.begin(), job.absent.end(),
                                  [&](const AbsentView& absent) { return absent.pass == pass && absent.task == task; });
  return found == job.absent.end() ? nullptr : &*found;
}

TaskView ViewOfTask(const Job& job, const Pass& pass, int64_t task) {
  TaskView view;
  view.stage = job.stage_name(pass.stage);
  view.pass = pass.id;
  view.label = pass.spec->label;
  view.task = task;
  const auto faults = pass.faults.find(Block{0, task});
  if (faults != pass.faults.end()) {
    view.faults = faults->second.charged + faults->second.unavailable + faults->second.lost;
  }
  if (const LeasedBlock* leased = pass.blocks.LeaseOf(task)) {
    view.state = TaskState::kRunning;
    for (const Attempt& attempt : leased->attempts) view.running_on.push_back(attempt.worker);
  } else if (const auto from = pass.blocks.PendingFrom(task)) {
    view.not_before = *from;
  } else if (const AbsentView* absent = FindAbsent(job, pass.id, task)) {
    view.state = TaskState::kAbsent;
    view.absent = *absent;
  } else {
    view.state = TaskState::kCommitted;
  }
  return view;
}

// Of passes that are over only the absent tasks are known.
std::vector<TaskView> TasksOf(const Job& job, const std::string& stage, int64_t task) {
  std::vector<TaskView> tasks;
  for (const AbsentView& absent : job.absent) {
    if (absent.task != task || (!stage.empty() && absent.stage != stage) || job.passes.contains(absent.pass)) continue;
    TaskView& view = tasks.emplace_back();
    view.stage = absent.stage;
    view.pass = absent.pass;
    view.task = task;
    view.state = TaskState::kAbsent;
    view.absent = absent;
  }
  for (const auto& [id, pass] : job.passes) {
    if (pass.finishes || pass.folds || task >= pass.spec->task_count) continue;
    if (!stage.empty() && job.stage_name(pass.stage) != stage) continue;
    if (tasks.size() < kTasksShownMax) tasks.push_back(ViewOfTask(job, pass, task));
  }
  return tasks;
}

}  // namespace

void Decide(Transaction& tx, const ExplainJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return tx.Send(Reply{command.call, NoSuchJob(command.job), {}});
  if (absl::Status known = CheckStage(*job, command.stage); !known.ok()) {
    return tx.Send(Reply{command.call, std::move(known), {}});
  }
  JobStoryView story;
  story.job = ViewOf(tx.state, *job, tx.now);
  for (const AdmittedStage& stage : job->admitted.stages) story.stage_names.push_back(stage.spec.name);
  story.attempts.assign(job->story.attempts().begin(), job->story.attempts().end());
  story.attempts_failed = job->story.failed();
  if (command.task >= 0) story.tasks = TasksOf(*job, command.stage, command.task);
  tx.Send(Reply{command.call, absl::OkStatus(), std::move(story)});
}

}  // namespace mote::coordinator
