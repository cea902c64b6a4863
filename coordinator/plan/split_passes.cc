#include "coordinator/plan/split_passes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/prepare/order_cuts.h"
#include "common/status_macros.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// Before what is known of the cuts while they are looked for.
constexpr std::string_view kFinding = "split\n";
// An engine reads the counts of all tasks: so much of them.
constexpr int64_t kStrataBytesMax = 32 << 20;
// Each narrows what is left to a tenth or less.
constexpr int64_t kSplitRoundsMax = 64;

absl::Status CheckCounted(const CompletedPass& done) {
  if (done.absent_count == 0 && !done.absent_all) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("split: ", std::max<int64_t>(done.absent_count, 1),
                   " tasks are quarantined, and the place of their rows is not known; see `mote explain`"));
}

PlanStep FindingStep(PassSpec pass, const Json& state) {
  PlanStep step = RunOnce(std::move(pass));
  step.memo = absl::StrCat(std::string(kFinding), state.dump());
  step.progress = "split";
  return step;
}

absl::StatusOr<PlanStep> CountStrata(const PlanContext& context) {
  MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass(context, "prepare.strata", "concat", context.parameters));
  pass.label = "rows of each class";
  const int64_t tasks = pass.task_count;
  PlanStep step = FindingStep(std::move(pass), Json::object());
  step.tasks_to_come = 2 * tasks;
  return step;
}

absl::StatusOr<Json> StrataOf(const PlanContext& context) {
  const CompletedPass& done = context.completed.at(0);
  MOTE_RETURN_IF_ERROR(CheckCounted(done));
  if (done.output.bytes <= kStrataBytesMax) return Json{{"strata", EncodeValue(done.output.content)}};
  return absl::ResourceExhaustedError(
      absl::StrCat("split.stratify: the counts of each class in each task take ", done.output.bytes, " bytes, at most ",
                   kStrataBytesMax, " are allowed; cut the input into fewer tasks with tasks: {bytes: n}"));
}

// A pass that looks between the bounds of each cut that is not found yet.
absl::StatusOr<PlanStep> SketchOrder(const PlanContext& context, const PrepareOptions& options,
                                     const std::vector<OrderCut>& cuts, int64_t round) {
  MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
  MOTE_ASSIGN_OR_RETURN(RowCut cut, CutTable(context.tasks, *input));
  // So few tasks that each may tell enough keys.
  const auto parts = static_cast<int64_t>(std::max<size_t>(options.splits.size(), 1));
  const int64_t tasks_max = std::max<int64_t>(kOrderEntriesMax / (kOrderTaskEntriesMin * parts), 1);
  cut.rows_per_task = std::max(cut.rows_per_task, (input->rows + tasks_max - 1) / tasks_max);
  cut.task_count = std::max<int64_t>((input->rows + cut.rows_per_task - 1) / cut.rows_per_task, 1);
  Json parameters = context.parameters;
  parameters["rows_per_task"] = cut.rows_per_task;
  parameters["cuts"] = EncodeCuts(cuts);
  parameters["entries_max"] = std::max(kOrderTaskEntriesMin, kOrderEntriesMax / (cut.task_count * parts));
  PassSpec pass;
  pass.kernel = "prepare.order";
  pass.parameters = parameters.dump();
  pass.task_count = cut.task_count;
  pass.reducer = "concat";
  pass.inputs.emplace("input", input->content);
  pass.label = absl::StrCat("order of the rows, round ", round);
  PlanStep step = FindingStep(std::move(pass), {{"doing", "sketch"}, {"round", round}, {"cuts", EncodeCuts(cuts)}});
  step.tasks_to_come = 1 + 2 * cut.task_count;
  return step;
}

absl::StatusOr<PlanStep> NarrowCuts(const PlanContext& context, Json state) {
  const CompletedPass& done = context.completed.at(0);
  MOTE_RETURN_IF_ERROR(CheckCounted(done));
  Json parameters = context.parameters;
  parameters["cuts"] = state.at("cuts");
  PassSpec pass = OneTask("prepare.cuts", parameters);
  pass.inputs.emplace("entries", done.output.content);
  pass.label = "where the rows are cut";
  state["doing"] = "narrow";
  return FindingStep(std::move(pass), state);
}

// After a pass of `order`: the next one, or what was found.
absl::StatusOr<FoundSplit> FindCuts(const PlanContext& context, const PrepareOptions& options, const Json& state) {
  FoundSplit split;
  if (state.at("doing") == "sketch") {
    MOTE_ASSIGN_OR_RETURN(split.step, NarrowCuts(context, state));
    return split;
  }
  MOTE_ASSIGN_OR_RETURN(const Json answer, DocumentOf(context.completed.at(0), "the cuts of the split"));
  MOTE_ASSIGN_OR_RETURN(const std::vector<OrderCut> cuts, DecodeCuts(answer.value("cuts", Json())));
  if (cuts.size() != options.splits.size()) {
    return absl::InvalidArgumentError("split.order: cuts of other splits; run the same version of mote everywhere");
  }
  split.found = {{"cuts", EncodeCuts(cuts)}};
  const auto is_found = [](const OrderCut& cut) { return cut.found; };
  if (std::all_of(cuts.begin(), cuts.end(), is_found)) return split;
  const auto round = state.at("round").get<int64_t>();
  if (round == kSplitRoundsMax) {
    return absl::InvalidArgumentError("split.order: no pass narrows the cuts; the input changes meanwhile");
  }
  MOTE_ASSIGN_OR_RETURN(split.step, SketchOrder(context, options, cuts, round + 1));
  return split;
}

}  // namespace

absl::Status FoundSplit::AddTo(PassSpec* pass) const {
  if (found.contains("strata")) {
    MOTE_ASSIGN_OR_RETURN(Value counts, DecodeValue(found["strata"]));
    pass->inputs.emplace("strata", std::move(counts));
  }
  if (!found.contains("cuts")) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(pass->parameters));
  parameters["cuts"] = found["cuts"];
  pass->parameters = parameters.dump();
  return absl::OkStatus();
}

void FoundSplit::Carry(PlanStep* step) const {
  if (!found.is_null()) step->memo = absl::StrCat(found.dump(), "\n", step->memo);
}

absl::StatusOr<FoundSplit> FindSplit(const PlanContext& context, const PrepareOptions& options) {
  FoundSplit split;
  split.memo = context.memo;
  if (options.split_column().empty()) return split;
  if (context.memo.empty()) {
    MOTE_ASSIGN_OR_RETURN(
        split.step, options.stratify.empty() ? SketchOrder(context, options, {OrderCut()}, 1) : CountStrata(context));
    return split;
  }
  if (context.memo.starts_with(kFinding)) {
    MOTE_ASSIGN_OR_RETURN(const Json state, ParseJson(std::string(context.memo.substr(kFinding.size()))));
    if (options.stratify.empty()) return FindCuts(context, options, state);
    MOTE_ASSIGN_OR_RETURN(split.found, StrataOf(context));
    split.memo = {};
    return split;
  }
  const size_t end = context.memo.find('\n');
  MOTE_ASSIGN_OR_RETURN(split.found, ParseJson(std::string(context.memo.substr(0, end))));
  split.memo = context.memo.substr(end + 1);
  return split;
}

}  // namespace mote::coordinator
