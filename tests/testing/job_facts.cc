#include "tests/testing/job_facts.h"

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::testing {
namespace {

// Protobuf writes 64-bit integers as text.
int64_t Integer(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  return found->is_string() ? std::stoll(found->get<std::string>()) : found->get<int64_t>();
}

}  // namespace

absl::StatusOr<JobFacts> ParseJobFacts(const std::string& text) {
  MOTE_ASSIGN_OR_RETURN(const Json job, ParseJson(text));
  if (!job.is_object()) return absl::InvalidArgumentError(absl::StrCat("not a job: ", text));
  JobFacts facts;
  facts.state = job.value("state", "");
  for (const Json& stage : job.value("stages", Json::array())) {
    const Json cost = stage.value("cost", Json::object());
    facts.stages[stage.value("name", "")] = {Integer(stage, "tasks_total"), Integer(stage, "tasks_committed"),
                                             Integer(cost, "tasks"), Integer(cost, "attempts_lost"),
                                             Integer(cost, "tasks_lost")};
  }
  for (const Json& absent : job.value("absent", Json::array())) {
    facts.absent.emplace(absent.value("stage", ""), Integer(absent, "task"));
  }
  if (job.contains("failure") && job["failure"].is_object()) facts.failure = job["failure"].value("message", "");
  return facts;
}

std::string JobFacts::Miscounted() const {
  for (const auto& [name, stage] : stages) {
    int64_t missing = 0;
    for (const auto& [where, task] : absent) missing += where == name ? 1 : 0;
    if (stage.committed + missing != stage.total || stage.accounted != stage.committed + stage.lost) {
      return absl::StrCat("stage ", name, ": of ", stage.total, " tasks ", stage.committed, " are committed, ", missing,
                          " absent, ", stage.lost, " lost, ", stage.accounted, " in the ledger");
    }
  }
  return "";
}

}  // namespace mote::testing
