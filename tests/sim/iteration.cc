#include "tests/sim/iteration.h"

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/digest.h"
#include "common/json.h"
#include "tests/sim/two_stages.h"
#include "tests/testing/planners.h"

namespace mote::sim {
namespace {

constexpr int64_t kStepsOfACheckpoint = 5;

PassSpec StepPass(const mc::PlanContext& context, int64_t step, const std::string& state) {
  PassSpec pass;
  pass.kernel = kIterate;
  pass.parameters = Json{{"seed", context.parameters.at("seed")}, {"step", step}, {"state", state}}.dump();
  pass.task_count = context.tasks.count;
  pass.reducer = "sum";
  pass.finish = false;
  pass.label = absl::StrCat("step ", step);
  return pass;
}

class IteratePlanner final : public testing::SourceOperation {
 public:
  IteratePlanner() : SourceOperation(kIterate) {
    using Kind = Parameter::Kind;
    description_.parameters = {{.name = "seed", .kind = Kind::kInteger, .default_value = "0", .summary = ""},
                               {.name = "steps", .kind = Kind::kInteger, .default_value = "1", .summary = ""}};
  }

  // memo: "step state", of the step that runs.
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    int64_t step = 0;
    std::string state = "start";
    if (!context.memo.empty()) {
      const std::string memo(context.memo);
      const size_t space = memo.find(' ');
      if (!absl::SimpleAtoi(memo.substr(0, space), &step)) return absl::InternalError("a memo without a step");
      state = NextState(memo.substr(space + 1), context.completed.at(0).root.bytes);
      ++step;
    }
    mc::PlanStep next;
    if (step == context.parameters.at("steps").get<int64_t>()) {
      next.outputs["result"] =
          Output{OutputKind::kDocument, Value{state, std::nullopt}, 0, static_cast<int64_t>(state.size())};
      return next;
    }
    next.memo = absl::StrCat(step, " ", state);
    next.passes = {StepPass(context, step, state)};
    next.is_volatile = true;
    next.tasks_to_come = (context.parameters.at("steps").get<int64_t>() - step - 1) * context.tasks.count;
    next.checkpoint = step % kStepsOfACheckpoint == 0;
    return next;
  }
};

}  // namespace

const mc::PlannerTable& SimPlanners() {
  static const auto* const planners = [] {
    auto added = TwoStagePlanners();
    added.push_back(std::make_shared<IteratePlanner>());
    return new testing::PlannersWith(std::move(added));
  }();
  return *planners;
}

std::string NextState(const std::string& state, std::string_view root) {
  return Sha256(absl::StrCat(state, "|", absl::string_view(root.data(), root.size()))).Hex().substr(0, 16);
}

}  // namespace mote::sim
