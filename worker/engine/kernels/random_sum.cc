// random_sum: floating-point values from the task's index, of such different size
// that their sum depends on the order in which it is taken.
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "common/json_params.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"

namespace mote::engine {
namespace {

// Exponents are spread evenly over [-20, 20).
constexpr int kExponents = 40;

class RandomSumPass final : public RowPassKernel {
 public:
  RandomSumPass(std::unique_ptr<RowReducer> reducer, int64_t values, uint64_t seed)
      : RowPassKernel(std::move(reducer)), schema_{{{"result", DType::kF64, values}}}, seed_(seed) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext&) override {
    const Philox random(seed_, static_cast<uint64_t>(task));
    const int64_t width = schema_.columns[0].width;
    std::vector<double> values(static_cast<size_t>(width));
    for (size_t i = 0; i < values.size(); ++i) {
      const int exponent = static_cast<int>(random.Uniform(2 * i + 1) * kExponents) - kExponents / 2;
      values[i] = std::ldexp(random.Uniform(2 * i) - 0.5, exponent);
    }
    TableBuilder builder(schema_);
    builder.AddF64s(values.data(), width);
    return builder.Take();
  }

 private:
  const Schema schema_;
  const uint64_t seed_;
};

class RandomSumKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const Json reducer_parameters, ParseJson(pass.reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, MakeRowReducer(pass.reducer, reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(pass.parameters));
    const Params parameters(json);
    return std::make_unique<RandomSumPass>(std::move(reducer), parameters.Integer("values"),
                                           static_cast<uint64_t>(parameters.Integer("seed")));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeRandomSumKernel() { return std::make_unique<RandomSumKernel>(); }

}  // namespace mote::engine
