#include "coordinator/plan/train_run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

int64_t GradientTaskRows(const PlanContext& context, const Output& input, int64_t batch) {
  int64_t rows = kGradientRows;
  if (context.tasks.rows > 0) rows = context.tasks.rows;
  if (context.tasks.bytes > 0) rows = RowsForBytes(input, context.tasks.bytes);
  if (context.tasks.count > 0) rows = (batch + context.tasks.count - 1) / context.tasks.count;
  return std::min(rows, batch);
}

}  // namespace

absl::StatusOr<TrainRun> TrainRun::Open(const PlanContext& context) {
  TrainRun run(context);
  MOTE_ASSIGN_OR_RETURN(run.settings, ParseTrainSettings(context.parameters));
  MOTE_ASSIGN_OR_RETURN(run.input, TableOrSitesInput(context));
  MOTE_RETURN_IF_ERROR(run.FitParts());
  if (Params(context.parameters).Find("validate") != nullptr) {
    MOTE_ASSIGN_OR_RETURN(run.validate, TableOrSitesInput(context, "validate"));
  }
  MOTE_ASSIGN_OR_RETURN(run.table, TrainTable::Open(*run.input, "input"));
  run.task_rows = GradientTaskRows(context, *run.input, run.settings.batch_size);
  if (!context.memo.empty()) {
    MOTE_ASSIGN_OR_RETURN(run.progress, TrainProgress::Decode(context.memo));
  }
  return run;
}

absl::Status TrainRun::FitParts() {
  const auto sites = static_cast<int64_t>(input->sites.size());
  if (!settings.local) {
    if (sites == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("input: its rows stay at workers ", SiteNames(*input),
                     " (placement: pinned), and the batch of a step is drawn from all of them; set local: {steps: 8}, "
                     "so that each takes steps of its own and their weights are averaged"));
  }
  if (sites == 0 && settings.parts == 0) {
    return absl::InvalidArgumentError("local.parts: missing; set into how many parts the rows are dealt");
  }
  if (sites > 0 && settings.parts > 0 && settings.parts != sites) {
    return absl::InvalidArgumentError(absl::StrCat("local.parts: ", settings.parts, ", but each of the ", sites,
                                                   " workers with rows is a part (", SiteNames(*input),
                                                   "); leave it out"));
  }
  if (sites > 0) settings.parts = sites;
  const auto empty =
      std::find_if(input->sites.begin(), input->sites.end(), [](const SiteRows& site) { return site.rows == 0; });
  if (empty == input->sites.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("input: worker ", empty->worker,
                   " has no rows to learn from; leave it out of the input's `shared`, or split otherwise"));
}

std::vector<SiteTable> TrainRun::validation_sites() const {
  return validate == nullptr ? std::vector<SiteTable>() : SiteTablesOf(*validate);
}

TrainTasks TrainRun::tasks() const {
  int64_t validation = 0;
  if (validate != nullptr && validate->is_pinned()) ++validation;  // puts together what the sites measured
  for (const SiteTable& site : validation_sites()) {
    validation += std::max<int64_t>(1, (site.rows.rows + kEvaluateRows - 1) / kEvaluateRows);
  }
  TrainTasks tasks{.rows = rows(),
                   .batch_size = settings.batch_size,
                   .task_rows = task_rows,
                   .epochs = settings.epochs,
                   .validation_tasks = validation,
                   .parts = settings.parts,
                   .local_steps = settings.local_steps,
                   .steps_per_update = progress.defers ? kStepsPerUpdate : 1};
  for (const SiteRows& site : input->sites) tasks.site_rows.push_back(site.rows);
  return tasks;
}

int64_t TrainRun::TasksToCome() const {
  if (progress.phase == "update" && !is_local()) {
    return tasks().After("update", progress.epoch, progress.step - 1, 0);
  }
  int64_t pending = progress.phase == "round" ? 1 : 0;
  if (progress.phase == "gradient") {
    pending = 1 + (progress.next_key.empty() ? static_cast<int64_t>(progress.pending.size()) : 0);
  }
  const bool measures = progress.phase == "measure";
  const int64_t own = progress.phase == "evaluate" && validate->is_pinned() ? 1 : 0;
  return own + tasks().After(measures ? "evaluate" : progress.phase, progress.epoch, progress.step, pending);
}

}  // namespace mote::coordinator
