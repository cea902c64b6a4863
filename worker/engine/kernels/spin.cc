// spin: tasks that keep a core busy, to try metering under load.
#include <memory>
#include <utility>

#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

class SpinPass final : public RowPassKernel {
 public:
  SpinPass(std::unique_ptr<RowReducer> reducer, absl::Duration duration)
      : RowPassKernel(std::move(reducer)), duration_ns_(absl::ToInt64Nanoseconds(duration)) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t, TaskContext& context) override {
    const int64_t end = wire::MonotonicNanoseconds() + duration_ns_;
    while (wire::MonotonicNanoseconds() < end) {
      if (context.cancelled()) return absl::CancelledError("the lease was revoked");
    }
    return Table();
  }

 private:
  const int64_t duration_ns_;
};

class SpinKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    return std::make_unique<SpinPass>(std::move(reducer), Params(parameters).Duration("duration"));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeSpinKernel() { return std::make_unique<SpinKernel>(); }

}  // namespace mote::engine
