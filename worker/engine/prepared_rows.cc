#include "worker/engine/prepared_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/pass_spec.h"
#include "common/status_macros.h"
#include "worker/engine/kernels/transform_rows.h"

namespace mote::engine {

Digest TaskRowsSink::Store(std::string bytes) {
  const Digest name = NameOfTaskRows({task_, offset_});
  offset_ += static_cast<int64_t>(bytes.size());
  return name;
}

PreparedRows::PreparedRows(std::unique_ptr<TransformRows> rows, int64_t split)
    : rows_(std::move(rows)), split_(static_cast<size_t>(split)) {}

PreparedRows::~PreparedRows() = default;

absl::StatusOr<std::unique_ptr<PreparedRows>> PreparedRows::Open(const PreparedView& view, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(view.parameters));
  parameters["rows_per_task"] = view.rows_per_task;
  PassSpec pass;
  pass.parameters = parameters.dump();
  pass.inputs.emplace("input", view.source);
  pass.inputs.emplace("fitted", Value{view.fitted, std::nullopt});
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<TransformRows> rows, TransformRows::Open(pass, source));
  return std::unique_ptr<PreparedRows>(new PreparedRows(std::move(rows), view.split));
}

absl::StatusOr<std::string_view> PreparedRows::Make(const BlobRef& segment, BlobSource& source) {
  const TaskRows rows = TaskRowsOf(segment.digest);
  if (rows.task != task_) {
    task_ = -1;
    MOTE_ASSIGN_OR_RETURN(TransformedRows made, rows_->Run(rows.task, source));
    offset_ = 0;
    for (size_t i = 0; i < split_ && i < made.tables.size(); ++i) {
      offset_ += static_cast<int64_t>(made.tables[i].bytes.size());
    }
    bytes_ = split_ < made.tables.size() ? std::move(made.tables[split_].bytes) : "";
    task_ = rows.task;
  }
  const int64_t begin = rows.offset - offset_;
  const auto size = static_cast<int64_t>(bytes_.size());
  if (begin >= 0 && begin <= size && segment.bytes <= size - begin) {
    return std::string_view(bytes_).substr(static_cast<size_t>(begin), static_cast<size_t>(segment.bytes));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("task ", rows.task,
                   " of prepare makes other rows than it did before: the raw rows have changed, or "
                   "mote has; submit the job again"));
}

}  // namespace mote::engine
