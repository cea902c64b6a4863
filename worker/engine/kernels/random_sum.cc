// random_sum: floating-point values from the task's index, of such different size
// that their sum depends on the order in which it is taken.
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/random_row.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

class RandomSumPass final : public RowPassKernel {
 public:
  RandomSumPass(std::unique_ptr<RowReducer> reducer, int64_t values, uint64_t seed)
      : RowPassKernel(std::move(reducer)), values_(values), seed_(seed) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext&) override { return RandomRow(values_, seed_, task); }

 private:
  const int64_t values_;
  const uint64_t seed_;
};

class RandomSumKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(pass.parameters));
    const Params parameters(json);
    return std::make_unique<RandomSumPass>(std::move(reducer), parameters.Integer("values"),
                                           static_cast<uint64_t>(parameters.Integer("seed")));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeRandomSumKernel() { return std::make_unique<RandomSumKernel>(); }

}  // namespace mote::engine
