#include "coordinator/plan/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/tree_settings.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

std::vector<Parameter> ParametersOf(const std::string& shape) {
  std::vector<Parameter> parameters = {Declare("warm_up", Kind::kInteger, "0", "steps until the whole rate is taken")};
  if (shape == "linear" || shape == "cosine") {
    parameters.push_back(Declare("least", Kind::kNumber, "0", "share of lr at the end"));
  }
  if (shape == "steps") {
    parameters.push_back(Declare("every", Kind::kInteger, "10", "epochs between two cuts"));
    parameters.push_back(Declare("factor", Kind::kNumber, "0.1", "what a cut leaves"));
  }
  return parameters;
}

}  // namespace

double LearningRate::Share(int64_t step, int64_t steps, int64_t epoch_steps) const {
  if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
  const int64_t rest = std::max<int64_t>(steps - warm_up, 1);
  const double done = static_cast<double>(std::min(step - warm_up, rest)) / static_cast<double>(rest);
  if (shape == "linear") return 1.0 - (1.0 - least) * done;
  // Loshchilov and Hutter: SGDR (2017), without restarts.
  if (shape == "cosine") return least + (1.0 - least) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  if (shape == "steps") {
    double share = 1.0;
    for (int64_t cut = step / std::max<int64_t>(epoch_steps, 1) / every; cut > 0; --cut) share *= factor;
    return share;
  }
  return 1.0;
}

absl::StatusOr<LearningRate> LearningRate::Parse(const Json& schedule) {
  const std::vector<std::string> shapes = {"constant", "linear", "cosine", "steps"};
  const bool word = schedule.is_string();
  if (!word && (!schedule.is_object() || schedule.size() != 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("schedule: ", schedule.dump(), " is not one schedule, as in {cosine: {warm_up: 100}}"));
  }
  LearningRate rate;
  rate.shape = word ? schedule.get<std::string>() : schedule.begin().key();
  if (std::find(shapes.begin(), shapes.end(), rate.shape) == shapes.end()) {
    return absl::InvalidArgumentError(absl::StrCat("schedule: \"", rate.shape, "\" is not known",
                                                   DidYouMean(rate.shape, shapes),
                                                   " (constant, linear, cosine, steps)"));
  }
  Json settings = word || schedule.begin()->is_null() ? Json::object() : *schedule.begin();
  const std::string path = absl::StrCat("schedule.", rate.shape, ".");
  const std::vector<Violation> violations = CheckParameters(ParametersOf(rate.shape), &settings);
  if (!violations.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, violations[0].path, ": ", violations[0].message));
  }
  const auto in_range = [&](const char* name, double least, double most) {
    const double value = settings[name].get<double>();
    if (value >= least && value <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(path, name, ": ", value, " is not in [", least, ", ", most, "]"));
  };
  MOTE_RETURN_IF_ERROR(in_range("warm_up", 0, 1e12));
  rate.warm_up = settings["warm_up"].get<int64_t>();
  if (settings.contains("least")) {
    MOTE_RETURN_IF_ERROR(in_range("least", 0, 1));
    rate.least = settings["least"].get<double>();
  }
  if (settings.contains("every")) {
    MOTE_RETURN_IF_ERROR(in_range("every", 1, 1e6));
    MOTE_RETURN_IF_ERROR(in_range("factor", 1e-9, 1));
    rate.every = settings["every"].get<int64_t>();
    rate.factor = settings["factor"].get<double>();
  }
  return rate;
}

}  // namespace mote::coordinator
