// What the kernels infer and infer.trees have in common: a model over rows; each
// task's rows are exactly one forward batch.
//
// Parameters {format, file, inputs: [[column, …], …], features: [name, …] (of the
// numbers of a native model's batch; empty: not known), outputs: [name, …], keep:
// [column, …], on_bad_row: fail|skip|quarantine (as skip: infer.misfits tells which), threshold: of class 1 of two, or
// null, rows_per_task, shuffle: {numbers, seed} (shuffled_numbers.h), fix: {numbers, values} (fixed_numbers.h); these
// two are of the one batch, with on_bad_row: fail; attribute: {target, steps} (torch_kernels/attributing_model.h)}.
// Inputs "input" and "model". Rows: the kept columns, prediction:i64 (where the first output has two or more scores a
// row: the place of the greatest, of equals the first; with a threshold 1 from that score of class 1 on), the outputs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"
#include "worker/engine/model.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

// What each number of a row does for the probability of one class.
struct Attribution {
  int64_t target = -1;  // class; −1: the last
  int64_t steps = 1;
};

// The model that a pass wants.
struct ModelRequest {
  std::string format;                           // "native", "torchscript", "trees", "ensemble"
  std::string file;                             // its name, for messages
  std::vector<int64_t> widths;                  // numbers a row of each batch that it will get
  std::vector<std::string> features;            // their names; empty: not known
  size_t outputs = 1;                           // that the job names
  std::optional<Attribution> attribution = {};  // wanted beside the scores, by models of train
};

using ModelOpener = std::function<absl::StatusOr<std::unique_ptr<Model>>(const ModelRequest& request)>;

// Errors as Kernel::Open's; InvalidArgument: a column is missing.
absl::StatusOr<std::unique_ptr<PassKernel>> OpenInferPass(const PassSpec& pass, std::shared_ptr<RowSource> rows,
                                                          const ModelOpener& open_model);

// Why a model that takes one batch of `width` features does not fit; OK where it does.
//
//   InvalidArgument  the features differ (names them), or their number
absl::Status CheckFeatures(const ModelRequest& request, int64_t width, const std::vector<std::string>& features);

}  // namespace mote::engine
