#include "worker/engine/torch_kernels/pending_updates.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/caches.h"

namespace mote::engine {
namespace {

struct UpdateSettings {
  std::vector<Subtree> gradients;  // without their values
  Json optimizer;
  double clip = 0;
  std::vector<double> rates;
  std::vector<std::string> keys;
  int64_t epoch = 0;
  int64_t step = 0;
};

Subtree ReadTree(const Json& json) {
  Subtree tree;
  json.at("tasks").get_to(tree.task_count);
  for (const Json& node : json.at("nodes")) {
    tree.entries.push_back({{node.at(0).get<int>(), node.at(1).get<int64_t>()}, std::nullopt});
  }
  return tree;
}

UpdateSettings ReadSettings(const Json& parameters) {
  const Json& json = parameters.at("updates");
  UpdateSettings settings;
  settings.optimizer = json.at("optimizer");
  json.at("clip").get_to(settings.clip);
  json.at("rates").get_to(settings.rates);
  json.at("keys").get_to(settings.keys);
  json.at("epoch").get_to(settings.epoch);
  json.at("step").get_to(settings.step);
  for (const Json& tree : json.at("gradients")) settings.gradients.push_back(ReadTree(tree));
  return settings;
}

}  // namespace

absl::StatusOr<PendingUpdates> PendingUpdates::Read(const PassSpec& pass) {
  MOTE_ASSIGN_OR_RETURN(UpdateSettings settings, ReadParameters<UpdateSettings>(pass, ReadSettings));
  if (settings.keys.size() != settings.rates.size() + 1 || settings.gradients.size() != settings.rates.size()) {
    return absl::InvalidArgumentError(absl::StrCat("parameters of ", pass.kernel, ": ", settings.keys.size(),
                                                   " keys and ", settings.gradients.size(), " gradients for ",
                                                   settings.rates.size(), " updates"));
  }
  PendingUpdates updates;
  MOTE_ASSIGN_OR_RETURN(updates.state, ArtifactInput(pass, "state"));
  for (size_t i = 0; i < settings.gradients.size(); ++i) {
    std::vector<Subtree::Entry>& nodes = settings.gradients[i].entries;
    for (size_t k = 0; k < nodes.size(); ++k) {
      MOTE_ASSIGN_OR_RETURN(const Value* node, InputOf(pass, absl::StrCat("gradient", i, ".", k)));
      nodes[k].value = *node;
    }
  }
  updates.gradients = std::move(settings.gradients);
  MOTE_ASSIGN_OR_RETURN(updates.step.optimizer, Optimizer::FromJson(settings.optimizer));
  updates.step.clip = settings.clip;
  updates.rates = std::move(settings.rates);
  updates.keys = std::move(settings.keys);
  updates.epoch = settings.epoch;
  updates.first_step = settings.step;
  return updates;
}

absl::StatusOr<std::string> PendingUpdates::Sum(size_t i, TaskContext& context) const {
  const auto read = [&context](const Value& value) { return ReadValue(value, context); };
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Reducer> reducer, MakeReducer("gradient_sum", Json::object()));
  MOTE_ASSIGN_OR_RETURN(NodeValue sum, FoldSubtree(gradients[i], *reducer, read, context.blobs()));
  if (sum) return *std::move(sum);
  return absl::InternalError(absl::StrCat("no gradient of step ", first_step + static_cast<int64_t>(i)));
}

absl::Status PendingUpdates::Take(size_t i, TaskContext& context, TrainState* state) const {
  MOTE_ASSIGN_OR_RETURN(const std::string sum, Sum(i, context));
  MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(sum));
  std::vector<float> gradient(sums.count());
  std::memcpy(gradient.data(), sums.values.data(), sums.values.size());
  TrainStep with_rate = step;
  with_rate.optimizer.lr = rates[i];
  return with_rate.Take(std::move(gradient), sums.loss, sums.rows,
                        absl::StrCat("epoch ", epoch, ", step ", first_step + static_cast<int64_t>(i)), state);
}

}  // namespace mote::engine
