#include "client/text/explanation.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/text/bill.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"
#include "client/text/verification.h"

namespace mote::client {
namespace {

constexpr int kAbsentShownMax = 20;

std::string TaskText(const v1::Failure& failure) {
  if (failure.task() >= 0) return absl::StrCat("task ", failure.task());
  if (failure.block_end() > failure.block_begin()) {
    return absl::StrCat("some task of ", failure.block_begin(), " to ", failure.block_end() - 1);
  }
  return "no single task";
}

// "engine crash: the engine was ended by signal 11 (…) while it ran task 5"
std::string Headline(const v1::Failure& failure) {
  const std::string cause = std::vector<std::string>(absl::StrSplit(failure.message(), '\n'))[0];
  const std::string kind = failure.kind().empty() ? "failure" : failure.kind();
  return absl::StartsWith(cause, kind) ? cause : absl::StrCat(kind, ": ", cause);
}

void AppendFailure(const v1::Job& job, std::string* out) {
  const v1::Failure& failure = job.failure();
  absl::StrAppend(out, "  what    ", failure.kind().empty() ? "failure" : failure.kind(), "\n");
  if (!failure.stage().empty()) absl::StrAppend(out, "  stage   ", failure.stage(), "\n");
  absl::StrAppend(out, "  where   ", TaskText(failure), "\n");
  if (!failure.worker().empty()) absl::StrAppend(out, "  worker  ", failure.worker(), "\n");
  absl::StrAppend(out, "  cause   ", failure.message(), "\n");
  if (!failure.detail().empty()) {
    absl::StrAppend(out, "  detail  last lines of the engine's stderr:\n");
    for (const absl::string_view line : absl::StrSplit(failure.detail(), '\n', absl::SkipEmpty())) {
      absl::StrAppend(out, "          | ", line, "\n");
    }
  }
  absl::StrAppend(out, "  remedy  ", RemedyFor(failure.kind()), "\n");
}

void AppendAbsent(const v1::Job& job, std::string* out) {
  for (int i = 0; i < std::min(job.absent_size(), kAbsentShownMax); ++i) {
    const v1::AbsentTask& absent = job.absent(i);
    absl::StrAppend(out, "  absent  task ", absent.task(), " of ", absent.stage(), ": ", absent.message(), "\n");
  }
  const int more = job.absent_size() - kAbsentShownMax;
  if (more > 0) absl::StrAppend(out, "  absent  and ", more, " more (-o json has all)\n");
}

void AppendRunning(const v1::Job& job, std::string* out) {
  for (const v1::StageStatus& stage : job.stages()) {
    if (stage.state() == v1::STAGE_STATE_WAITING && !stage.waiting_reason().empty()) {
      absl::StrAppend(out, "  waits   ", stage.name(), " ", stage.waiting_reason(), "\n");
    }
    if (stage.state() != v1::STAGE_STATE_RUNNING) continue;
    absl::StrAppend(out, "  running ", stage.name(), ": ", stage.tasks_committed(), " of ", stage.tasks_total(),
                    " tasks done, ", stage.tasks_running(), " leased");
    if (stage.cost().attempts_lost() > 0) {
      absl::StrAppend(out, "; ", stage.cost().attempts_lost(), " attempts were lost and run again");
    }
    if (stage.cost().tasks_lost() > 0) {
      absl::StrAppend(out, "; results of ", stage.cost().tasks_lost(),
                      " tasks were lost with the worker that kept them, and are computed again");
    }
    if (!stage.progress().empty()) absl::StrAppend(out, "; ", stage.progress());
    if (!stage.waiting_reason().empty()) absl::StrAppend(out, "; waits: ", stage.waiting_reason());
    absl::StrAppend(out, "\n");
  }
  if (job.has_bill()) absl::StrAppend(out, "  bill    ", BillText(job), "\n");
}

}  // namespace

std::string RemedyFor(const std::string& kind) {
  static const std::map<std::string, std::string> kRemedies = {
      {"application error",
       "mend the input or the job as the cause says; where single tasks may be lost, set "
       "on_bad_task: quarantine"},
      {"engine crash",
       "read the detail; mend the model or program, or set on_bad_task: quarantine to go on without "
       "the task"},
      {"out of memory", "cut smaller tasks (tasks: {rows: N}), or use workers with more memory"},
      {"timeout", "raise the stage's timeout:, or cut smaller tasks (tasks: {rows: N})"},
      {"deadline exceeded",
       "`mote retry` goes on from here with the whole deadline again; or set a longer deadline: in the job file, or "
       "add workers"},
      {"budget exhausted",
       "`mote retry` goes on from here with the whole budget again; or raise budget: in the job file and submit it "
       "again, its complete stages are reused"},
      {"lost worker", "see why the worker went away (its log, its machine); then submit the job again"},
      {"input unavailable", "check that the input is still there and that workers reach the coordinator"},
      {"input changed", "submit the job again: it will read the file as it is now"},
      {"device error", "check the device (nvidia-smi, the kernel's log) and start the worker again"},
  };
  const auto found = kRemedies.find(kind);
  return found != kRemedies.end() ? found->second : "mend what the cause names and submit the job again";
}

std::string ExplanationText(const v1::Job& job) {
  const std::string who = absl::StrCat("job ", job.id(), " (", job.name(), ")");
  std::string out;
  switch (job.state()) {
    case v1::JOB_STATE_FAILED:
      absl::StrAppend(&out, who, " failed: ", Headline(job.failure()), "\n");
      AppendFailure(job, &out);
      break;
    case v1::JOB_STATE_PARTLY_QUARANTINED:
      absl::StrAppend(&out, who, " finished without ", job.absent_size(),
                      job.absent_size() == 1 ? " task, which was quarantined:\n" : " tasks, which were quarantined:\n");
      break;
    case v1::JOB_STATE_SUCCEEDED:
      absl::StrAppend(&out, who, " succeeded\n");
      break;
    case v1::JOB_STATE_CANCELLED:
      absl::StrAppend(&out, who, " was cancelled\n");
      break;
    default:
      absl::StrAppend(&out, who, job.waiting_reason().empty() ? " is running" : " waits: ", job.waiting_reason(), "\n");
      AppendRunning(job, &out);
      break;
  }
  AppendAbsent(job, &out);
  return Printable(out + VerificationText(job));
}

OrderedJson ExplanationJson(const v1::Job& job) {
  OrderedJson json = OrderedJson::object();
  json["job_id"] = job.id();
  json["name"] = job.name();
  json["state"] = v1::JobState_Name(job.state());
  json["waiting_reason"] = job.waiting_reason();
  json["failure"] = job.has_failure() ? ToJson(job.failure()) : OrderedJson();
  json["remedy"] = job.has_failure() ? OrderedJson(RemedyFor(job.failure().kind())) : OrderedJson();
  json["stages"] = OrderedJson::array();
  for (const v1::StageStatus& stage : job.stages()) {
    json["stages"].push_back({{"name", stage.name()},
                              {"state", v1::StageState_Name(stage.state())},
                              {"waiting_reason", stage.waiting_reason()},
                              {"attempts_lost", stage.cost().attempts_lost()}});
  }
  json["absent"] = OrderedJson::array();
  for (const v1::AbsentTask& absent : job.absent()) json["absent"].push_back(ToJson(absent));
  json["distrusted"] = OrderedJson::array();
  for (const std::string& reason : job.distrusted()) json["distrusted"].push_back(reason);
  if (job.has_bill()) json["bill"] = ToJson(job.bill());
  return json;
}

}  // namespace mote::client
