#include "tests/sim/two_stages.h"

#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::sim {
namespace {

class OnePassPlanner final : public mc::Planner {
 public:
  OnePassPlanner(const char* name, bool takes_input) {
    using Kind = Parameter::Kind;
    description_.name = name;
    description_.parameters = {{.name = "seed", .kind = Kind::kInteger, .default_value = "0", .summary = ""},
                               {.name = "version", .kind = Kind::kInteger, .default_value = "1", .summary = ""}};
    description_.outputs = {"result"};
    description_.takes_input = takes_input;
    description_.takes_reduce = true;
  }
  const mc::OperationDescription& description() const override { return description_; }

  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    if (!context.completed.empty()) return mc::YieldResult(context);
    PassSpec pass;
    pass.kernel = description_.name;
    pass.parameters = context.parameters.dump();
    pass.task_count = context.tasks.count;
    MOTE_RETURN_IF_ERROR(mc::SetReducer(context, "sum", &pass));
    if (description_.takes_input) pass.inputs["input"] = context.inputs.at("input").content;
    return mc::RunOnce(std::move(pass));
  }

 private:
  mc::OperationDescription description_;
};

}  // namespace

std::vector<std::shared_ptr<const mc::Planner>> TwoStagePlanners() {
  return {std::make_shared<OnePassPlanner>(kLoad, /*takes_input=*/false),
          std::make_shared<OnePassPlanner>(kWork, /*takes_input=*/true)};
}

uint64_t SeedOfWork(uint64_t seed, int64_t version, const Value& input) {
  const Digest read = input.artifact ? input.artifact->digest : Sha256(input.bytes);
  const std::string drawn = Sha256(absl::StrCat(seed, " ", version, " ", read.Hex())).Hex();
  uint64_t value;
  std::memcpy(&value, drawn.data(), sizeof(value));
  return value;
}

}  // namespace mote::sim
