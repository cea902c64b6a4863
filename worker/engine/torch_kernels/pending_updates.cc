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
  Json optimizer;
  double clip = 0;
  std::vector<double> rates;
  std::vector<std::string> keys;
  int64_t epoch = 0;
  int64_t step = 0;
};

UpdateSettings ReadSettings(const Json& parameters) {
  const Json& json = parameters.at("updates");
  UpdateSettings settings;
  settings.optimizer = json.at("optimizer");
  json.at("clip").get_to(settings.clip);
  json.at("rates").get_to(settings.rates);
  json.at("keys").get_to(settings.keys);
  json.at("epoch").get_to(settings.epoch);
  json.at("step").get_to(settings.step);
  return settings;
}

}  // namespace

absl::StatusOr<PendingUpdates> PendingUpdates::Read(const PassSpec& pass) {
  MOTE_ASSIGN_OR_RETURN(UpdateSettings settings, ReadParameters<UpdateSettings>(pass, ReadSettings));
  if (settings.keys.size() != settings.rates.size() + 1) {
    return absl::InvalidArgumentError(absl::StrCat("parameters of ", pass.kernel, ": ", settings.keys.size(),
                                                   " keys for ", settings.rates.size(), " updates"));
  }
  PendingUpdates updates;
  MOTE_ASSIGN_OR_RETURN(updates.state, ArtifactInput(pass, "state"));
  for (size_t i = 0; i < settings.rates.size(); ++i) {
    MOTE_ASSIGN_OR_RETURN(const Value* root, InputOf(pass, absl::StrCat("root", i)));
    updates.roots.push_back(*root);
  }
  MOTE_ASSIGN_OR_RETURN(updates.step.optimizer, Optimizer::FromJson(settings.optimizer));
  updates.step.clip = settings.clip;
  updates.rates = std::move(settings.rates);
  updates.keys = std::move(settings.keys);
  updates.epoch = settings.epoch;
  updates.first_step = settings.step;
  return updates;
}

absl::Status PendingUpdates::Take(size_t i, TaskContext& context, TrainState* state) const {
  MOTE_ASSIGN_OR_RETURN(const std::string root, ReadValue(roots[i], context));
  MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(root));
  std::vector<float> gradient(sums.count());
  std::memcpy(gradient.data(), sums.values.data(), sums.values.size());
  TrainStep with_rate = step;
  with_rate.optimizer.lr = rates[i];
  return with_rate.Take(std::move(gradient), sums.loss, sums.rows,
                        absl::StrCat("epoch ", epoch, ", step ", first_step + static_cast<int64_t>(i)), state);
}

}  // namespace mote::engine
