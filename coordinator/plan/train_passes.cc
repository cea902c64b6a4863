#include "coordinator/plan/train_passes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/digest.h"
#include "common/json.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

Value StateIn(const TrainProgress& progress) {
  MOTE_CHECK(progress.state.has_value(), "a step begins with a state");
  return Value{.bytes = {}, .artifact = progress.state};
}

Json WithRate(Json optimizer, double rate) {
  optimizer["lr"] = rate;
  return optimizer;
}

std::string KeyOf(const Json& parts) { return Sha256(parts.dump()).Hex(); }

// A pass over rows of the input whose root goes raw to the next pass.
PassSpec OverRows(const TrainStepPlan& plan, std::string kernel, std::string reducer) {
  PassSpec pass;
  pass.kernel = std::move(kernel);
  pass.task_count = plan.tasks.StepTasks(plan.progress.step);
  pass.reducer = std::move(reducer);
  pass.inputs.emplace("input", plan.input.content);
  pass.inputs.emplace("state", StateIn(plan.progress));
  pass.numeric = true;
  pass.finish = false;
  return pass;
}

}  // namespace

double TrainStepPlan::Rate(int64_t step) const {
  const int64_t epoch_steps = tasks.optimizer_steps();
  return settings.optimizer.at("lr").get<double>() *
         settings.schedule.Share(progress.epoch * epoch_steps + step, settings.epochs * epoch_steps, epoch_steps);
}

int64_t TrainStepPlan::local_steps() const {
  return std::min(settings.local_steps, tasks.optimizer_steps() - first_local_step());
}

std::vector<double> TrainStepPlan::RatesOf(const std::vector<StepGradient>& gradients) const {
  std::vector<double> rates;
  const int64_t first = progress.step - static_cast<int64_t>(gradients.size());
  for (int64_t step = first; step < progress.step; ++step) rates.push_back(Rate(step));
  return rates;
}

std::vector<std::string> TrainStepPlan::Keys(const std::vector<StepGradient>& gradients) const {
  std::vector<std::string> keys = {progress.state_key};
  if (keys.front().empty()) {
    keys.front() = KeyOf({StateIn(progress).artifact->ToString(), settings.optimizer, settings.clip});
  }
  const std::vector<double> rates = RatesOf(gradients);
  for (size_t i = 0; i < gradients.size(); ++i) {
    Json parts = {keys.back(), gradients[i].task_count, rates[i]};
    for (const auto& [block, value] : gradients[i].nodes) {
      parts.push_back(value->artifact ? value->artifact->ToString() : Sha256(value->bytes).Hex());
    }
    keys.push_back(KeyOf(parts));
  }
  return keys;
}

void TrainStepPlan::AddUpdates(const std::vector<StepGradient>& gradients, Json parameters, PassSpec* pass) const {
  Json trees = Json::array();
  for (size_t i = 0; i < gradients.size(); ++i) {
    Json nodes = Json::array();
    for (const auto& [block, value] : gradients[i].nodes) {
      pass->inputs.emplace(absl::StrCat("gradient", i, ".", nodes.size()), *value);
      nodes.push_back({block.level, block.index});
    }
    trees.push_back({{"tasks", gradients[i].task_count}, {"nodes", std::move(nodes)}});
  }
  const int64_t first = progress.step - static_cast<int64_t>(gradients.size()) + 1;
  parameters["updates"] = {{"optimizer", settings.optimizer},
                           {"clip", settings.clip},
                           {"rates", RatesOf(gradients)},
                           {"keys", Keys(gradients)},
                           {"gradients", std::move(trees)},
                           {"epoch", progress.epoch + 1},
                           {"step", first}};
  pass->parameters = parameters.dump();
}

PassSpec TrainStepPlan::Gradient() const {
  const int64_t begin = progress.step * settings.batch_size;
  PassSpec pass = OverRows(*this, "train.gradient", "gradient_sum");
  pass.may_stay_apart = true;
  AddUpdates(progress.pending,
             {{"begin", begin},
              {"end", std::min(begin + settings.batch_size, tasks.rows)},
              {"rows_per_task", tasks.task_rows},
              {"shuffle", settings.seed + progress.epoch},
              {"class_weights", progress.weights},
              {"mixed", settings.mixed}},
             &pass);
  pass.label = absl::StrCat("epoch ", progress.epoch + 1, ", step ", progress.step + 1);
  return pass;
}

PassSpec TrainStepPlan::Update(const std::vector<StepGradient>& gradients) const {
  PassSpec pass = OneTask("train.update", Json::object());
  AddUpdates(gradients, Json::object(), &pass);
  pass.inputs.emplace("state", StateIn(progress));
  pass.label = absl::StrCat("epoch ", progress.epoch + 1, ", update ", progress.step);
  return pass;
}

PassSpec TrainStepPlan::LocalPass(int64_t parts, int64_t part_tasks) const {
  std::vector<double> rates;
  for (int64_t i = 0; i < local_steps(); ++i) rates.push_back(Rate(first_local_step() + i));
  PassSpec pass = OverRows(*this, "train.local", "state_sum");
  const Json parameters{{"parts", parts},
                        {"first_step", first_local_step()},
                        {"rates", std::move(rates)},
                        {"batch_size", settings.batch_size},
                        {"shuffle", settings.seed + progress.epoch},
                        {"optimizer", settings.optimizer},
                        {"clip", settings.clip},
                        {"class_weights", progress.weights},
                        {"mixed", settings.mixed},
                        {"epoch", progress.epoch + 1}};
  pass.parameters = parameters.dump();
  pass.task_count = part_tasks;
  pass.label = absl::StrCat("epoch ", progress.epoch + 1, ", round ", progress.step + 1);
  return pass;
}

std::vector<PassSpec> TrainStepPlan::Local() const {
  if (!input.is_pinned()) return {LocalPass(settings.parts, tasks.StepTasks(progress.step))};
  std::vector<PassSpec> passes;
  for (const SiteRows& site : input.sites) {
    if (site.rows <= first_local_step() * settings.batch_size) continue;
    PassSpec& pass = passes.emplace_back(LocalPass(/*parts=*/1, /*part_tasks=*/1));
    pass.inputs["input"] = site.content;
    pass.worker = site.worker;
    absl::StrAppend(&pass.label, " at ", site.worker);
  }
  return passes;
}

PassSpec TrainStepPlan::Average(const std::vector<Value>& roots) const {
  const double last_rate = Rate(first_local_step() + local_steps() - 1);
  PassSpec pass = OneTask("train.average", {{"optimizer", WithRate(settings.optimizer, last_rate)},
                                            {"roots", roots.size()},
                                            {"steps", local_steps()},
                                            {"epoch", progress.epoch + 1},
                                            {"round", progress.step + 1}});
  for (size_t i = 0; i < roots.size(); ++i) pass.inputs.emplace(absl::StrCat("root", i), roots[i]);
  pass.inputs.emplace("state", StateIn(progress));
  pass.label = absl::StrCat("epoch ", progress.epoch + 1, ", average ", progress.step + 1);
  return pass;
}

}  // namespace mote::coordinator
