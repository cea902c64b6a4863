#include "worker/engine/torch_kernels/model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

class NativeModel final : public Model {
 public:
  explicit NativeModel(std::shared_ptr<Mlp> mlp) : mlp_(std::move(mlp)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(ClassScores scored, mlp_->Score(batches.front(), context));
    std::vector<ModelOutput> outputs(1);
    outputs[0].width = mlp_->spec().out;
    outputs[0].floats = std::move(scored.scores);
    return outputs;
  }

 private:
  const std::shared_ptr<Mlp> mlp_;
};

class ScriptModel final : public Model {
 public:
  explicit ScriptModel(std::shared_ptr<ScriptModule> script) : script_(std::move(script)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    return script_->Run(batches, context);
  }

 private:
  const std::shared_ptr<ScriptModule> script_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> OpenModel(const PassSpec& pass, const std::string& door, const std::string& file,
                                                 const std::vector<int64_t>& widths,
                                                 const std::vector<std::string>& features, const EngineOptions& options,
                                                 Caches& caches, TaskContext& context) {
  if (door == "torchscript") {
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<ScriptModule> script, caches.Script(pass, "model", file, options, context));
    return std::make_unique<ScriptModel>(std::move(script));
  }
  if (door != "native") {
    return absl::InvalidArgumentError(absl::StrCat("infer: this engine knows no models of kind \"", door, "\""));
  }
  absl::StatusOr<std::shared_ptr<Mlp>> mlp = caches.Weights(pass, "model", options, context);
  if (!mlp.ok()) {
    return absl::Status(mlp.status().code(), absl::StrCat("model \"", file, "\": ", mlp.status().message()));
  }
  if (const std::string difference = FeatureDifference((*mlp)->features(), features); !difference.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("model \"", file, "\" does not fit the input: ", difference,
                                                   "; give it rows that were prepared like those it was trained on"));
  }
  if (widths.size() != 1 || widths[0] != (*mlp)->spec().in) {
    return absl::InvalidArgumentError(
        absl::StrCat("model \"", file, "\" takes one batch of ", (*mlp)->spec().in, " features and `inputs` gives ",
                     widths.size() == 1 ? absl::StrCat(widths[0]) : absl::StrCat(widths.size(), " batches"),
                     "; use the columns that it was trained on"));
  }
  return std::make_unique<NativeModel>(*std::move(mlp));
}

}  // namespace mote::engine
