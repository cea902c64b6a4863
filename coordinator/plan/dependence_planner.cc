#include "coordinator/plan/dependence_planner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducers/mean.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/infer_probe.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// They travel in the memo.
constexpr int64_t kMeansMax = 5000;

OperationDescription DescribeDependence() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "dependence";
  description.summary = "What a model makes of a feature, over all its values (partial dependence), for each feature";
  description.parameters = {
      Declare("model", Kind::kModel, "", "the model, as infer takes it"),
      Declare("inputs", Kind::kList, "", "the model's columns, as infer takes them; default [x]"),
      Declare("fitted", Kind::kReference, "", "the output fitted of the prepare stage: it knows the values"),
      Declare("features", Kind::kList, "[]", "columns of the raw table; default all"),
  };
  description.parameters[1].optional = true;
  description.outputs = {"result"};
  description.kinds = {
      {"model", OutputKind::kBlob}, {"fitted", OutputKind::kDocument}, {"result", OutputKind::kDocument}};
  description.task_shape = "so many rows, one forward batch; default 512";
  return description;
}

absl::Status CheckFeatures(const Json& features) {
  for (const Json& name : features) {
    if (name.is_string()) continue;
    return absl::InvalidArgumentError(absl::StrCat("features: ", name.dump(), " is not the name of a column"));
  }
  return absl::OkStatus();
}

// One column of the grid, and where its numbers are in a row.
struct TriedColumn {
  Json column;  // {name, kind, first_feature, width, values, places, x}
  std::vector<int64_t> numbers;
};

// The whole of what is planned, read once per call of Next.
class Dependence {
 public:
  // `grid`: what fitted.grid yielded.
  static absl::StatusOr<Dependence> Open(const PlanContext& context, const Planner& infer, Json grid) {
    MOTE_ASSIGN_OR_RETURN(InferProbe probe, InferProbe::Open(context, infer, {"mean", "{}"}));
    Dependence run(std::move(probe), std::move(grid));
    MOTE_RETURN_IF_ERROR(run.FindColumns());
    MOTE_RETURN_IF_ERROR(run.CheckMeans(std::max<size_t>(1, run.grid_.at("classes").size())));
    return run;
  }

  // Of so many scores a row.
  absl::Status CheckMeans(size_t scores) const {
    const int64_t means = measurements() * static_cast<int64_t>(scores);
    if (means <= kMeansMax) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("features: ", columns_.size(), " columns have ", measurements(),
                                                   " values to try, which give ", means, " means; at most ", kMeansMax,
                                                   " are allowed: name fewer columns, as features: [a, b]"));
  }

  int64_t measurements() const {
    int64_t count = 0;
    for (const TriedColumn& tried : columns_) count += static_cast<int64_t>(tried.column.at("values").size());
    return count;
  }

  absl::StatusOr<std::vector<double>> MeansOf(const CompletedPass& done) const {
    MOTE_RETURN_IF_ERROR(probe_.CheckWhole(done));
    if (done.root.artifact) return absl::ResourceExhaustedError("dependence: the model has too many scores a row");
    MOTE_ASSIGN_OR_RETURN(std::vector<double> means, MeanReducer("").MeansOf(done.root.bytes, "scores"));
    const bool finite = std::all_of(means.begin(), means.end(), [](double mean) { return std::isfinite(mean); });
    if (finite) return means;
    return absl::InvalidArgumentError(
        "model: it gives a score that is no finite number to some row; look for it with infer");
  }

  absl::StatusOr<PlanStep> GoOn(std::vector<std::vector<double>> means) const {
    const auto done = static_cast<int64_t>(means.size());
    MOTE_ASSIGN_OR_RETURN(PlanStep step, InferProbe::NextPasses(done, measurements(), [this](int64_t measurement) {
                            return PassOf(measurement);
                          }));
    step.memo = Json{{"grid", grid_}, {"means", means}}.dump();
    step.progress = absl::StrCat(done, " of ", measurements(), " values tried");
    return step;
  }

  Json Document(const std::vector<std::vector<double>>& means) const {
    Json classes = grid_.at("classes");
    if (!means.empty() && classes.size() != means[0].size()) {
      classes = Json::array();
      for (size_t i = 0; i < means[0].size(); ++i) classes.push_back(absl::StrCat("scores[", i, "]"));
    }
    Json features = Json::array();
    size_t next = 0;
    for (const TriedColumn& tried : columns_) {
      Json points = Json::array();
      for (const Json& value : tried.column.at("values")) {
        points.push_back({{"value", value}, {"scores", means.at(next++)}});
      }
      features.push_back({{"name", tried.column.at("name")}, {"kind", tried.column.at("kind")}, {"points", points}});
    }
    return {{"dependence_of", "scores"}, {"rows", probe_.rows()}, {"classes", classes}, {"features", features}};
  }

 private:
  Dependence(InferProbe probe, Json grid) : probe_(std::move(probe)), grid_(std::move(grid)) {}

  absl::Status FindColumns() {
    for (const Json& column : grid_.at("columns")) {
      MOTE_ASSIGN_OR_RETURN(std::vector<int64_t> numbers, NumbersOf(column));
      columns_.push_back({column, std::move(numbers)});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<int64_t>> NumbersOf(const Json& column) const {
    const auto name = column.at("name").get<std::string>();
    const auto width = column.at("width").get<size_t>();
    for (const FeatureGroup& group : probe_.groups()) {
      if (group.name == name && group.numbers.size() == width) return group.numbers;
    }
    // A table that cannot carry the names has all the features, in their order.
    const auto unnamed = grid_.at("unnamed_features").get<size_t>();
    if (unnamed > 0 && unnamed == probe_.width() && !probe_.is_named()) {
      std::vector<int64_t> numbers(width);
      std::iota(numbers.begin(), numbers.end(), column.at("first_feature").get<int64_t>());
      return numbers;
    }
    return absl::InvalidArgumentError(absl::StrCat("fitted: the input's rows have no ", width, " features of column \"",
                                                   name,
                                                   "\"; give rows of the stage that `fitted` is of, or of apply"));
  }

  absl::StatusOr<PassSpec> PassOf(int64_t measurement) const {
    for (const TriedColumn& tried : columns_) {
      const Json& values = tried.column.at("values");
      const auto count = static_cast<int64_t>(values.size());
      if (measurement >= count) {
        measurement -= count;
        continue;
      }
      const auto point = static_cast<size_t>(measurement);
      const std::string value = values[point].is_string() ? values[point].get<std::string>() : values[point].dump();
      Json x(tried.numbers.size(), Json(0));
      x.at(tried.column.at("places").at(point).get<size_t>()) = tried.column.at("x").at(point);
      MOTE_ASSIGN_OR_RETURN(PassSpec pass,
                            probe_.Pass("fix", {{"numbers", tried.numbers}, {"values", std::move(x)}},
                                        absl::StrCat(tried.column.at("name").get<std::string>(), " = ", value)));
      pass.finish = false;
      return pass;
    }
    return absl::InternalError("dependence: more measurements than values");
  }

  InferProbe probe_;
  Json grid_;
  std::vector<TriedColumn> columns_;
};

absl::StatusOr<PlanStep> PlanGrid(const PlanContext& context) {
  const auto fitted = context.inputs.find("fitted");
  if (fitted == context.inputs.end()) {
    return absl::InvalidArgumentError("fitted: name the output fitted of a prepare stage (stage.fitted)");
  }
  PassSpec pass = OneTask("fitted.grid", {{"features", context.parameters.at("features")}});
  pass.label = "read which values there are";
  pass.inputs.emplace("fitted", fitted->second.content);
  PlanStep step = RunOnce(std::move(pass));
  step.memo = "{}";
  return step;
}

class DependencePlanner final : public Planner {
 public:
  explicit DependencePlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(CheckFeatures(parameters.at("features")));
    return InferProbe::Validate(parameters, *planners_.Find("infer"));
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (context.memo.empty()) return PlanGrid(context);
    MOTE_ASSIGN_OR_RETURN(const Json memo, ParseJson(context.memo));
    if (!memo.contains("grid")) return Begin(context);
    MOTE_ASSIGN_OR_RETURN(const Dependence run, Dependence::Open(context, *planners_.Find("infer"), memo.at("grid")));
    auto means = memo.at("means").get<std::vector<std::vector<double>>>();
    for (const CompletedPass& done : context.completed) {
      MOTE_ASSIGN_OR_RETURN(std::vector<double> of_pass, run.MeansOf(done));
      MOTE_RETURN_IF_ERROR(run.CheckMeans(of_pass.size()));
      means.push_back(std::move(of_pass));
    }
    if (static_cast<int64_t>(means.size()) < run.measurements()) return run.GoOn(std::move(means));
    return Yield(run, means);
  }

 private:
  absl::StatusOr<PlanStep> Begin(const PlanContext& context) const {
    MOTE_ASSIGN_OR_RETURN(Json grid, DocumentOf(context.completed.at(0), "the values of what was fitted"));
    MOTE_ASSIGN_OR_RETURN(const Dependence run, Dependence::Open(context, *planners_.Find("infer"), std::move(grid)));
    if (run.measurements() == 0) return Yield(run, {});
    return run.GoOn({});
  }

  static PlanStep Yield(const Dependence& run, const std::vector<std::vector<double>>& means) {
    PlanStep step;
    step.memo = "{}";
    step.outputs.emplace("result", DocumentOutput(run.Document(means)));
    return step;
  }

  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeDependence();
};

}  // namespace

std::unique_ptr<Planner> MakeDependencePlanner(const PlannerTable& planners) {
  return std::make_unique<DependencePlanner>(planners);
}

}  // namespace mote::coordinator
