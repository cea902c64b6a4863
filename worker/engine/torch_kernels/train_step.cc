#include "worker/engine/torch_kernels/train_step.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

// Shortens a gradient that is longer than `clip` (Euclidean, summed in the order of the
// weights in 64 bits, so that its bits are the same everywhere).
void Clip(double clip, std::vector<float>* gradient) {
  double squares = 0;
  for (const float value : *gradient) squares += static_cast<double>(value) * static_cast<double>(value);
  const double length = std::sqrt(squares);
  if (!(length > clip)) return;
  const auto factor = static_cast<float>(clip / length);
  for (float& value : *gradient) value *= factor;
}

absl::Status Diverged(const std::string& what, const std::string& place, double lr) {
  return absl::InvalidArgumentError(absl::StrCat("training diverged in ", place, ": ", what,
                                                 "; lower the optimizer's lr=", lr,
                                                 ", or look for very large values in the features"));
}

absl::Status CheckLoss(double loss, const std::string& place, double lr) {
  return std::isfinite(loss) ? absl::OkStatus() : Diverged(absl::StrCat("the loss is ", loss), place, lr);
}

}  // namespace

absl::Status CheckConverges(const TrainState& state, double loss, const std::string& place, double lr) {
  MOTE_RETURN_IF_ERROR(CheckLoss(loss, place, lr));
  const auto finite = [](float value) { return std::isfinite(value); };
  if (std::all_of(state.weights.begin(), state.weights.end(), finite)) return absl::OkStatus();
  return Diverged(absl::StrCat("a weight is no finite number (loss ", loss, ")"), place, lr);
}

absl::Status TrainStep::Take(std::vector<float> gradient, double loss, int64_t rows, const std::string& place,
                             TrainState* state) const {
  if (gradient.size() != state->weights.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a gradient of ", gradient.size(), " numbers for ", state->weights.size(), " weights"));
  }
  const double mean_loss = loss / static_cast<double>(rows);
  MOTE_RETURN_IF_ERROR(CheckLoss(mean_loss, place, optimizer.lr));
  const auto divisor = static_cast<float>(rows);
  for (float& value : gradient) value /= divisor;
  if (clip > 0) Clip(clip, &gradient);
  optimizer.Step(gradient, state);
  return CheckConverges(*state, mean_loss, place, optimizer.lr);
}

}  // namespace mote::engine
