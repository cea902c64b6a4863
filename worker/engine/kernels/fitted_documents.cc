// `fitted.read`: of what `prepare` has learnt, what a planner needs: {parameters,
// features}. `fitted.grid`: the values of its columns, or of those that `features` names, that
// a model is tried with (common/prepare/grid.h). `fitted.report`: the quality of rows that it
// was applied to; fails where a limit of `quality` is exceeded.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/feature_names.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/fitted.h"
#include "common/prepare/grid.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

absl::StatusOr<Json> FittedJson(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const std::string text, ReadInput(pass, "fitted", context));
  absl::StatusOr<Json> json = ParseJson(text);
  const bool fits = json.ok() && json->is_object() && json->contains("parameters") && json->contains("columns");
  if (fits) return json;
  return absl::InvalidArgumentError("fitted: is not what a prepare stage of this version yields as `fitted`");
}

// A pass whose one task yields a document that is known once the pass is open.
class DocumentPass final : public PassKernel {
 public:
  explicit DocumentPass(std::string document) : document_(std::move(document)) {}
  absl::Status RunTask(int64_t, TaskContext&, std::string* partial) override {
    *partial = document_;
    return absl::OkStatus();
  }

 private:
  const std::string document_;
};

class ReadKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json json, FittedJson(pass, context));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, Fitted::FromJson(json));
    const Json read = {{"parameters", json["parameters"]}, {"features", CarriedFeatures(fitted.features)}};
    return std::make_unique<DocumentPass>(read.dump());
  }
};

class GridKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json json, FittedJson(pass, context));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, Fitted::FromJson(json));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(const Json grid,
                          GridDocument(fitted, parameters.at("features").get<std::vector<std::string>>()));
    return std::make_unique<DocumentPass>(grid.dump());
  }
};

class ReportKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json json, FittedJson(pass, context));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, Fitted::FromJson(json));
    MOTE_ASSIGN_OR_RETURN(const std::string encoded, ReadInput(pass, "splits", context));
    MOTE_ASSIGN_OR_RETURN(const SplitTables splits, SplitTables::Decode(encoded));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(const QualityLimits limits, QualityLimits::Parse(Params(parameters)));
    const std::vector<std::string> names = {"result"};
    MOTE_RETURN_IF_ERROR(splits.quality.Check(limits, fitted, names));
    const Json kept = {{"result", splits.tables.at(0).rows}};
    return std::make_unique<DocumentPass>(splits.quality.ToJson(fitted, names, kept).dump());
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFittedGridKernel() { return std::make_unique<GridKernel>(); }
std::unique_ptr<Kernel> MakeFittedReadKernel() { return std::make_unique<ReadKernel>(); }
std::unique_ptr<Kernel> MakeFittedReportKernel() { return std::make_unique<ReportKernel>(); }

}  // namespace mote::engine
