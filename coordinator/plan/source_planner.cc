#include "coordinator/plan/source_planner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

constexpr char kShape[] = "one index; tasks: {count: n}, default 1";
constexpr absl::Duration kTaskDurationMax = absl::Hours(24);

struct SourceRules {
  std::string default_reducer;
  absl::Status (*validate)(const Json& parameters);
  // N without `tasks: {count: n}`, and the smallest N that makes sense.
  int64_t (*least_count)(const Json& parameters) = [](const Json&) -> int64_t { return 1; };
};

class SourcePlanner final : public Planner {
 public:
  SourcePlanner(OperationDescription description, SourceRules rules)
      : description_(std::move(description)), rules_(std::move(rules)) {
    description_.outputs = {"result"};
    description_.takes_input = false;
    description_.takes_reduce = true;
    description_.is_reusable = false;
  }

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return rules_.validate(parameters); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    const int64_t least = rules_.least_count(context.parameters);
    PassSpec pass;
    pass.kernel = description_.name;
    pass.parameters = context.parameters.dump();
    MOTE_ASSIGN_OR_RETURN(pass.task_count, CountTasks(context.tasks, least));
    if (pass.task_count < least) {
      return absl::InvalidArgumentError(absl::StrCat("tasks.count: ", pass.task_count, " tasks, but task ", least - 1,
                                                     " is named in the parameters; set at least ", least));
    }
    MOTE_RETURN_IF_ERROR(SetReducer(context, rules_.default_reducer, &pass));
    return RunOnce(std::move(pass));
  }

 private:
  OperationDescription description_;
  SourceRules rules_;
};

absl::Status AcceptAll(const Json&) { return absl::OkStatus(); }

absl::Status CheckDuration(const Json& parameters) {
  const std::string text = parameters.at("duration").get<std::string>();
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() || duration > kTaskDurationMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("duration: ", text, " is not in 0 to 24h; write a duration such as 50ms"));
  }
  return absl::OkStatus();
}

absl::Status CheckInteger(const Json& parameters, const char* name, int64_t least, int64_t most) {
  const int64_t value = parameters.at(name).get<int64_t>();
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", value, " is not in ", least, " to ", most));
}

absl::Status CheckEcho(const Json& parameters) { return CheckInteger(parameters, "bytes", 1, kBlobBytesMax); }

absl::Status CheckRandomSum(const Json& parameters) {
  MOTE_RETURN_IF_ERROR(CheckInteger(parameters, "values", 1, kBlobBytesMax / int64_t{sizeof(double)}));
  return CheckInteger(parameters, "seed", 0, int64_t{1} << 53);
}

absl::Status CheckMisbehave(const Json& parameters) {
  MOTE_RETURN_IF_ERROR(CheckInteger(parameters, "values", 0, kBlobBytesMax / int64_t{sizeof(double)}));
  for (const Json& task : parameters.at("tasks")) {
    const bool is_index =
        task.is_number_integer() && task.get<int64_t>() >= 0 && task.get<int64_t>() < (int64_t{1} << 53);
    if (!is_index) {
      return absl::InvalidArgumentError(
          absl::StrCat("tasks: ", task.dump(), " is not a task's index; write a list such as [0, 5]"));
    }
  }
  const std::string how = parameters.at("how").get<std::string>();
  const std::vector<std::string> known = {"crash", "error", "hang", "oom"};
  if (std::find(known.begin(), known.end(), how) != known.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("how: \"", how, "\" is not one of crash, error, hang, oom", DidYouMean(how, known)));
}

int64_t MisbehaveCount(const Json& parameters) {
  int64_t count = 1;
  for (const Json& task : parameters.at("tasks")) count = std::max(count, task.get<int64_t>() + 1);
  return count;
}

OperationDescription Describe(std::string name, std::string summary, std::vector<Parameter> parameters) {
  OperationDescription description;
  description.name = std::move(name);
  description.summary = std::move(summary);
  description.parameters = std::move(parameters);
  description.task_shape = kShape;
  return description;
}

Parameter DurationParameter(std::string summary) {
  return {.name = "duration", .kind = Parameter::Kind::kDuration, .default_value = "", .summary = std::move(summary)};
}

Parameter IntegerParameter(std::string name, std::string default_value, std::string summary) {
  return {.name = std::move(name),
          .kind = Parameter::Kind::kInteger,
          .default_value = std::move(default_value),
          .summary = std::move(summary)};
}

std::unique_ptr<Planner> Make(OperationDescription description, SourceRules rules) {
  return std::make_unique<SourcePlanner>(std::move(description), std::move(rules));
}

}  // namespace

std::unique_ptr<Planner> MakeNoopPlanner() {
  return Make(Describe("noop", "Does nothing: what a task costs mote itself", {}), {"count", &AcceptAll});
}

std::unique_ptr<Planner> MakeSleepPlanner() {
  return Make(Describe("sleep", "Waits without using the processor",
                       {DurationParameter("how long each task waits, 0 to 24h, such as 50ms")}),
              {"count", &CheckDuration});
}

std::unique_ptr<Planner> MakeSpinPlanner() {
  return Make(Describe("spin", "Keeps the processor busy",
                       {DurationParameter("how long each task computes, 0 to 24h, such as 10us")}),
              {"count", &CheckDuration});
}

std::unique_ptr<Planner> MakeEchoPlanner() {
  return Make(Describe("echo", "Yields one row of bytes that depend on the task's index alone (column result)",
                       {IntegerParameter("bytes", "16", "bytes a task, 1 to 4194304")}),
              {"concat", &CheckEcho});
}

std::unique_ptr<Planner> MakeRandomSumPlanner() {
  return Make(Describe("random_sum",
                       "Yields one row of floating-point values drawn from seed and index (column result), of such "
                       "different sizes that their sum shows in which order it was taken",
                       {IntegerParameter("values", "1000", "values a task, 1 to 524288"),
                        IntegerParameter("seed", "0", "seed of the values, 0 to 2^53")}),
              {"concat", &CheckRandomSum});
}

std::unique_ptr<Planner> MakeMisbehavePlanner() {
  OperationDescription description = Describe(
      "misbehave", "Some tasks fail; the others do nothing, or yield values as random_sum does (seed 0). For tests",
      {{.name = "tasks",
        .kind = Parameter::Kind::kList,
        .default_value = "",
        .summary = "indices of the tasks that fail, such as [5]"},
       {.name = "how",
        .kind = Parameter::Kind::kText,
        .default_value = "",
        .summary = "crash (the engine dies), error, hang (until the timeout), oom (out of memory)"},
       IntegerParameter("values", "0", "values of each other task, as random_sum yields them; 0: no row")});
  description.task_shape = "one index; tasks: {count: n}, default one more than the largest of the parameter tasks";
  description.is_test = true;
  return Make(std::move(description), {"count", &CheckMisbehave, &MisbehaveCount});
}

}  // namespace mote::coordinator
