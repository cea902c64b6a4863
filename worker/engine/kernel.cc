#include "worker/engine/kernel.h"

#include "common/status_macros.h"

namespace mote::engine {

absl::Status RowPassKernel::RunTask(int64_t task, TaskContext& context, std::string* partial) {
  MOTE_ASSIGN_OR_RETURN(const Table rows, RunRows(task, context));
  return reducer_->Leaf(rows, partial, context.blobs());
}

}  // namespace mote::engine
