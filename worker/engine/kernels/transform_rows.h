// What `prepare.transform` makes of the raw rows of a task: row:i64, x:f32[features] and
// label:i64 (where there is one), each in the table of its split, and what became of every
// row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/prepare/fitted.h"
#include "common/prepare/quality.h"
#include "common/reducer.h"
#include "common/schema.h"
#include "common/table.h"
#include "worker/engine/kernels/feature_row.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {

struct TransformedRows {
  std::vector<Table> tables;  // of the splits, then the rows that are in none, with the reason
  Quality quality;
};

// Not thread-safe.
class TransformRows {
 public:
  // The pass's input, parameters and fitted document.
  // Errors as PrepareRows::Open's; InvalidArgument: the table lacks what was fitted.
  static absl::StatusOr<std::unique_ptr<TransformRows>> Open(const PassSpec& pass, BlobSource& source);

  // The rows of `task`. Errors as PrepareRows::Seek's and Next's.
  absl::StatusOr<TransformedRows> Run(int64_t task, BlobSource& source);

 private:
  TransformRows(std::unique_ptr<PrepareRows> rows, Fitted fitted, std::vector<size_t> columns);
  // Why the row is in no table; nullopt: it is in `table`.
  std::optional<DropReason> AddRow(TableBuilder& table, Quality* quality);

  const std::unique_ptr<PrepareRows> rows_;
  const Fitted fitted_;
  const TextTable classes_;
  std::unique_ptr<FeatureRow> features_;
  Schema schema_;
  size_t label_ = 0;  // among the fitted columns
  std::string row_;
  std::vector<int64_t> table_bytes_;  // of the task before: the next one has about as many
};

}  // namespace mote::engine
