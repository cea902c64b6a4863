// Rows of a prepared table as a forward batch and its labels.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/permutation.h"
#include "common/table.h"
#include "worker/engine/kernel.h"
#include "worker/engine/row_source.h"
#include "worker/engine/tensor.h"
#include "worker/engine/torch_kernels/model_spec.h"

namespace mote::engine {

struct LabelledBatch {
  Batch x;
  std::vector<int64_t> labels;
};

// From the columns x:f32[spec.in()] and label:i64 of `rows`. The time counts as decode.
//
//   InvalidArgument  other columns, or a label outside [0, spec.out()): names it
absl::StatusOr<LabelledBatch> TakeLabelled(const Table& rows, const ModelSpec& spec, TaskContext& context);

// The rows at `positions` of `order`, in that order. Errors also as RowSource's.
absl::StatusOr<LabelledBatch> ReadLabelled(RowSource& rows, const Permutation& order, TaskRange positions,
                                           const ModelSpec& spec, TaskContext& context);

}  // namespace mote::engine
