// `bundle.check`: whether the parts of a bundle belong together, before it is published.
//
// Parameters {format, model: its name}. Inputs "model" and, where the bundle has one,
// "fitted": what prepare has learnt. The task yields {features, classes}: the names that
// the model knows, how many and which; or fails and names how the two differ.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/prepare/fitted.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/model_head.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

struct BundleParameters {
  std::string format;
  std::string model;
};

BundleParameters ReadBundleParameters(const Json& json) {
  return {json.at("format").get<std::string>(), json.at("model").get<std::string>()};
}

class BundleCheckPass final : public PassKernel {
 public:
  BundleCheckPass(const PassSpec& pass, BundleParameters parameters)
      : pass_(pass), parameters_(std::move(parameters)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const Value* const model, InputOf(pass_, "model"));
    const absl::StatusOr<ModelHead> head = ReadModelHead(parameters_.format, *model, context);
    if (!head.ok()) {
      return absl::Status(head.status().code(),
                          absl::StrCat("model \"", parameters_.model, "\": ", head.status().message()));
    }
    if (pass_.inputs.contains("fitted")) MOTE_RETURN_IF_ERROR(CompareWithFitted(*head, context));
    *partial = Json{{"features", head->features.size()}, {"classes", CarriedFeatures(head->classes)}}.dump();
    return absl::OkStatus();
  }

 private:
  absl::Status CompareWithFitted(const ModelHead& head, TaskContext& context) const {
    MOTE_ASSIGN_OR_RETURN(const std::string text, ReadValue(pass_.inputs.at("fitted"), context));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
    MOTE_ASSIGN_OR_RETURN(const Fitted fitted, Fitted::FromJson(json));
    std::string difference = FeatureDifference(head.features, fitted.features);
    if (difference.empty() && !head.classes.empty() && head.classes != fitted.classes) {
      difference = absl::StrCat("its classes are ", absl::StrJoin(head.classes, ", "), ", and not ",
                                absl::StrJoin(fitted.classes, ", "));
    }
    if (difference.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("model \"", parameters_.model, "\" does not belong to `fitted`: ",
                                                   difference, "; name the prepare stage whose rows it learned from"));
  }

  const PassSpec pass_;
  const BundleParameters parameters_;
};

class BundleCheckKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(BundleParameters parameters, ReadParameters<BundleParameters>(pass, ReadBundleParameters));
    return std::make_unique<BundleCheckPass>(pass, std::move(parameters));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeBundleCheckKernel() { return std::make_unique<BundleCheckKernel>(); }

}  // namespace mote::engine
