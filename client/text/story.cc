#include "client/text/story.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/text/explanation.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"

namespace mote::client {
namespace {

bool Concerns(const v1::FailedAttempt& attempt, const TaskName& name) {
  if (!name.stage.empty() && attempt.stage() != name.stage) return false;
  return name.task < 0 || (name.task >= attempt.task_begin() && name.task < attempt.task_end());
}

std::string TasksText(const v1::FailedAttempt& attempt) {
  if (attempt.task_end() - attempt.task_begin() == 1) return absl::StrCat("task ", attempt.task_begin());
  const std::string range = absl::StrCat("tasks ", attempt.task_begin(), " to ", attempt.task_end() - 1);
  return attempt.task() < 0 ? range : absl::StrCat(range, " (at task ", attempt.task(), ")");
}

std::string WhatFollowed(const v1::FailedAttempt& attempt) {
  if (attempt.pieces() <= 1) return "";
  return attempt.task() < 0 ? "cut in two to find the guilty task" : "the suspect was set apart";
}

void AppendAttempt(const v1::FailedAttempt& attempt, bool with_detail, std::string* out) {
  const std::string time = absl::FormatTime("%H:%M:%S", TimeOf(attempt.time()), absl::LocalTimeZone());
  absl::StrAppend(out, "  ", time, "  ", attempt.stage(), " ", TasksText(attempt));
  if (!attempt.pass_label().empty()) absl::StrAppend(out, ", ", attempt.pass_label());
  absl::StrAppend(out, ", attempt ", attempt.attempt());
  if (!attempt.worker().empty()) absl::StrAppend(out, " on ", attempt.worker());
  absl::StrAppend(out, ": ", attempt.kind(), ": ", attempt.message());
  if (const std::string followed = WhatFollowed(attempt); !followed.empty()) absl::StrAppend(out, "; ", followed);
  absl::StrAppend(out, "\n");
  if (!with_detail) return;
  for (const absl::string_view line : absl::StrSplit(attempt.detail(), '\n', absl::SkipEmpty())) {
    absl::StrAppend(out, "            | ", line, "\n");
  }
}

// Details are shown where they say something new: stderr often repeats itself.
void AppendAttempts(const v1::ExplainJobResponse& story, const TaskName& name, std::string* out) {
  std::vector<const v1::FailedAttempt*> attempts;
  for (const v1::FailedAttempt& attempt : story.attempts()) {
    if (Concerns(attempt, name)) attempts.push_back(&attempt);
  }
  if (name.task < 0 && story.attempts_failed() > story.attempts_size()) {
    absl::StrAppend(out, "attempts that failed: ", story.attempts_failed(), "; the last ", attempts.size(), ":\n");
  } else if (!attempts.empty()) {
    absl::StrAppend(out, "attempts that failed: ", attempts.size(), "\n");
  }
  std::string last_detail;
  for (const v1::FailedAttempt* attempt : attempts) {
    AppendAttempt(*attempt, attempt->detail() != last_detail, out);
    last_detail = attempt->detail();
  }
}

std::string StateOf(const v1::TaskStatus& task) {
  switch (task.state()) {
    case v1::TASK_STATE_RUNNING:
      return absl::StrCat("running on ", absl::StrJoin(task.workers(), " and "));
    case v1::TASK_STATE_COMMITTED:
      return "done";
    case v1::TASK_STATE_ABSENT:
      return absl::StrCat("absent, for good: ", task.absent().kind(), ": ", task.absent().message());
    default:
      return task.has_retry_time() ? "waits to be run again, after a failed attempt" : "not leased yet";
  }
}

void AppendTasks(const v1::ExplainJobResponse& story, const TaskName& name, std::string* out) {
  for (const v1::TaskStatus& task : story.tasks()) {
    absl::StrAppend(out, "task ", task.task(), " of ", task.stage());
    if (!task.pass_label().empty()) absl::StrAppend(out, ", ", task.pass_label());
    absl::StrAppend(out, ": ", StateOf(task));
    if (task.faults() > 0) absl::StrAppend(out, "; suspected of ", task.faults(), " failed attempts");
    absl::StrAppend(out, "\n");
    if (task.has_absent()) absl::StrAppend(out, "  remedy  ", RemedyFor(task.absent().kind()), "\n");
  }
  if (story.tasks_size() > 0) return;
  absl::StrAppend(out, "no pass of ", name.stage.empty() ? "the job" : name.stage, " that runs now has a task ",
                  name.task, ", and it is not among the absent tasks: it is done, or was never planned\n");
}

}  // namespace

absl::StatusOr<TaskName> ParseTaskName(std::string_view text) {
  TaskName name;
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) name.stage = std::string(text.substr(0, colon));
  const std::string index(colon == std::string_view::npos ? text : text.substr(colon + 1));
  const bool valid = absl::SimpleAtoi(index, &name.task) && name.task >= 0 && colon != 0;
  if (valid) return name;
  return absl::InvalidArgumentError(
      absl::StrCat("'", std::string(text), "' is not a task; write its INDEX, or STAGE:INDEX as in score:12"));
}

std::string StoryText(const v1::ExplainJobResponse& story, const TaskName& name) {
  std::string out;
  if (name.task < 0) {
    out = ExplanationText(story.job());
  } else {
    AppendTasks(story, name, &out);
  }
  AppendAttempts(story, name, &out);
  return Printable(out);
}

OrderedJson StoryJson(const v1::ExplainJobResponse& story, const TaskName& name) {
  OrderedJson json = ExplanationJson(story.job());
  json["attempts_failed"] = story.attempts_failed();
  json["attempts"] = OrderedJson::array();
  for (const v1::FailedAttempt& attempt : story.attempts()) {
    if (Concerns(attempt, name)) json["attempts"].push_back(ToJson(attempt));
  }
  if (name.task < 0) return json;
  json["tasks"] = OrderedJson::array();
  for (const v1::TaskStatus& task : story.tasks()) json["tasks"].push_back(ToJson(task));
  return json;
}

}  // namespace mote::client
