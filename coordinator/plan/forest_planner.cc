#include "coordinator/plan/forest_planner.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "coordinator/plan/class_totals.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/tree_settings.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

// Bytes of a row in the memory of an engine that grows trees: bins, label, place.
constexpr int64_t kRowBytesBesideBins = 4 + 2 * 8 + 2;
constexpr int64_t kMemoryMax = int64_t{64} << 30;

OperationDescription DescribeForest() {
  OperationDescription description;
  description.name = "forest";
  description.summary =
      "Trains a random forest (or one decision tree) on columns x and label of a prepared table; one task grows one "
      "tree";
  description.parameters = {
      Declare("trees", Kind::kInteger, "100", "how many, 1 to 100000; 1 is a decision tree"),
      Declare("depth", Kind::kInteger, "64", "splits from the root to a leaf at most, 1 to 64"),
      Declare("rows_min", Kind::kInteger, "1", "rows of a leaf at least"),
      Declare("features", Kind::kAny, "\"sqrt\"", "looked at for each split, drawn anew: sqrt, all, or a number"),
      Declare("bootstrap", Kind::kFlag, "true", "a tree's rows are drawn with replacement; false: all rows"),
      Declare("bins", Kind::kInteger, "255", "values of a feature that are told apart, by quantiles, 2 to 256"),
      Declare("class_weights", Kind::kText, "\"none\"", "none, or balanced: rare classes weigh more"),
      Declare("seed", Kind::kInteger, "0", "of rows and features drawn"),
  };
  description.outputs = {"model", "gain"};
  description.kinds = {{"model", OutputKind::kBlob}, {"gain", OutputKind::kDocument}};
  description.task_shape = "one tree, on the whole table as bins";
  return description;
}

class ForestPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return ForestSettings::Parse(parameters).status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(const ForestSettings settings, ForestSettings::Parse(context.parameters));
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const TrainTable table, TrainTable::Open(*input, "input"));
    if (context.memo.empty()) return Count(context, settings, *input, table);
    MOTE_ASSIGN_OR_RETURN(Json memo, ParseJson(context.memo));
    for (const CompletedPass& done : context.completed) {
      if (done.absent_all) return absl::InvalidArgumentError("forest: all tasks of a pass were quarantined");
    }
    const std::string phase = memo.value("phase", "");
    if (phase == "count") return Bin(context, settings, *input);
    if (phase == "bin") return Grow(context, settings, *input, table, std::move(memo));
    if (phase == "grow") return Export(context, table, memo);
    return Yield(context);
  }

 private:
  static PlanStep Ask(Json memo, std::vector<PassSpec> passes, int64_t to_come, std::string progress) {
    PlanStep step;
    step.memo = memo.dump();
    step.passes = std::move(passes);
    step.tasks_to_come = to_come;
    step.progress = std::move(progress);
    return step;
  }

  static absl::StatusOr<PlanStep> Count(const PlanContext& context, const ForestSettings& settings, const Output& input,
                                        const TrainTable& table) {
    if (!(context.tasks == TaskShape{})) {
      return absl::InvalidArgumentError("tasks: a task of forest is one tree; leave tasks out");
    }
    MOTE_RETURN_IF_ERROR(CheckTreeFeatures(table));
    if (input.rows > kMemoryMax / (table.width + kRowBytesBesideBins)) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "input: ", input.rows, " rows of ", table.width, " features do not fit the memory in which a tree is grown (",
          kMemoryMax >> 30, " GiB); take a sample, or use boost, which needs no whole table on one machine"));
    }
    MOTE_ASSIGN_OR_RETURN(PassSpec classes, CountClassesPass(input, kTrainLabel));
    PassSpec sketch = SketchPass(input, settings.bins);
    const int64_t to_come = sketch.task_count + settings.trees + 1;
    std::vector<PassSpec> passes;
    passes.push_back(std::move(classes));
    passes.push_back(std::move(sketch));
    return Ask({{"phase", "count"}}, std::move(passes), to_come, "quantiles");
  }

  static absl::StatusOr<PlanStep> Bin(const PlanContext& context, const ForestSettings& settings, const Output& input) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<int64_t> totals, ClassTotals(context.completed[0]));
    MOTE_RETURN_IF_ERROR(CheckClassTotals(totals, input.rows));
    const Value& edges = context.completed[1].output.content;
    std::vector<PassSpec> passes;
    passes.push_back(BinPass(input, edges));
    PlanStep step = Ask({{"phase", "bin"}, {"totals", totals}, {"edges", EncodeValue(edges)}}, std::move(passes),
                        settings.trees + 1, "bins");
    if (edges.artifact) step.artifacts.push_back(*edges.artifact);
    return step;
  }

  static absl::StatusOr<PlanStep> Grow(const PlanContext& context, const ForestSettings& settings, const Output& input,
                                       const TrainTable& table, Json memo) {
    const auto totals = memo.at("totals").get<std::vector<int64_t>>();
    PassSpec pass;
    pass.kernel = "forest.grow";
    pass.parameters =
        Json{{"seed", settings.seed},
             {"classes", totals.size()},
             {"features_a_split", settings.FeaturesOf(table.width)},
             {"depth_max", settings.depth},
             {"rows_min", settings.rows_min},
             {"bootstrap", settings.bootstrap},
             {"class_weights", settings.balanced ? BalancedWeights(totals, input.rows) : std::vector<double>()}}
            .dump();
    pass.task_count = settings.trees;
    pass.reducer = "concat";
    pass.inputs.emplace("input", context.completed[0].output.content);
    pass.label = "trees";
    std::vector<PassSpec> passes;
    passes.push_back(std::move(pass));
    memo["phase"] = "grow";
    MOTE_ASSIGN_OR_RETURN(const Value edges, DecodeValue(memo.at("edges")));
    PlanStep step = Ask(std::move(memo), std::move(passes), 1, absl::StrCat("growing ", settings.trees, " trees"));
    if (edges.artifact) step.artifacts.push_back(*edges.artifact);
    return step;
  }

  static absl::StatusOr<PlanStep> Export(const PlanContext& context, const TrainTable& table, const Json& memo) {
    const Json head{{"kind", "forest"},
                    {"loss", "gini"},
                    {"classes", memo.at("totals").size()},
                    {"class_names", table.classes},
                    {"features", table.features},
                    {"base", Json::array()}};
    PassSpec pass = OneTask("trees.export", {{"head", head}});
    MOTE_ASSIGN_OR_RETURN(Value edges, DecodeValue(memo.at("edges")));
    PlanStep step;
    if (edges.artifact) step.artifacts.push_back(*edges.artifact);
    pass.inputs.emplace("edges", std::move(edges));
    pass.inputs.emplace("trees", context.completed[0].output.content);
    pass.label = "writing the model";
    step.memo = Json{{"phase", "export"}}.dump();
    step.passes.push_back(std::move(pass));
    step.progress = "writing the model";
    return step;
  }

  static absl::StatusOr<PlanStep> Yield(const PlanContext& context) {
    MOTE_ASSIGN_OR_RETURN(const Json answer, DocumentOf(context.completed[0], "the model"));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef model, ArtifactOf(answer, "model"));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef gain, ArtifactOf(answer, "gain"));
    PlanStep step;
    step.memo = "{}";
    step.outputs.emplace("model", BlobOutput(model, kTreesModel));
    step.outputs.emplace("gain", DocumentOutput(gain));
    return step;
  }

  const OperationDescription description_ = DescribeForest();
};

}  // namespace

std::unique_ptr<Planner> MakeForestPlanner() { return std::make_unique<ForestPlanner>(); }

}  // namespace mote::coordinator
