// sleep: tasks that wait, to try scheduling without load.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

// A revoked lease is noticed after so long at most.
constexpr absl::Duration kSliceMax = absl::Milliseconds(20);

class SleepPass final : public RowPassKernel {
 public:
  SleepPass(std::unique_ptr<RowReducer> reducer, absl::Duration duration)
      : RowPassKernel(std::move(reducer)), duration_(duration) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t, TaskContext& context) override {
    const int64_t end = wire::MonotonicNanoseconds() + absl::ToInt64Nanoseconds(duration_);
    for (int64_t left = end - wire::MonotonicNanoseconds(); left > 0; left = end - wire::MonotonicNanoseconds()) {
      if (context.cancelled()) return absl::CancelledError("the lease was revoked");
      absl::SleepFor(std::min(kSliceMax, absl::Nanoseconds(left)));
    }
    return Table();
  }

 private:
  const absl::Duration duration_;
};

class SleepKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    return std::make_unique<SleepPass>(std::move(reducer), Params(parameters).Duration("duration"));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeSleepKernel() { return std::make_unique<SleepKernel>(); }

}  // namespace mote::engine
