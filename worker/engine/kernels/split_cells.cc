#include "worker/engine/kernels/split_cells.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {

SplitCells::SplitCells(std::unique_ptr<CellCursor> cursor, PrepareOptions options, int64_t rows_per_task)
    : cursor_(std::move(cursor)),
      options_(std::move(options)),
      rows_per_task_(rows_per_task),
      column_(*cursor_->dataset().schema.Find(options_.split_column())) {}

absl::StatusOr<std::unique_ptr<SplitCells>> SplitCells::Open(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  MOTE_ASSIGN_OR_RETURN(PrepareOptions options, PrepareOptions::Parse(parameters));
  MOTE_ASSIGN_OR_RETURN(const Value* const input, InputOf(pass, "input"));
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<CellCursor> cursor, CellCursor::Open(*input, context));
  MOTE_RETURN_IF_ERROR(options.CheckColumns(cursor->dataset().schema, cursor->dataset().name));
  if (options.split_column().empty()) return absl::InvalidArgumentError("prepare: the split reads no column");
  return std::unique_ptr<SplitCells>(
      new SplitCells(std::move(cursor), std::move(options), parameters.at("rows_per_task").get<int64_t>()));
}

absl::Status SplitCells::Seek(int64_t task, TaskContext& context) {
  const int64_t begin = task * rows_per_task_;
  return cursor_->Seek({begin, std::min(begin + rows_per_task_, cursor_->dataset().rows)}, context);
}

absl::StatusOr<bool> SplitCells::Next() {
  while (true) {
    MOTE_ASSIGN_OR_RETURN(const bool more, cursor_->Next(&cells_));
    if (!more || cursor_->fits()) return more;
    if (!options_.skip_bad_rows) return cursor_->MisfitError();
  }
}

std::string_view SplitCells::cell() const { return Trim(cells_[column_]); }

std::string SplitCells::Place() const {
  const std::string& name = cursor_->dataset().name;
  if (name.empty()) return absl::StrCat("row=", row(), " of the input");
  return absl::StrCat("row=", row(), " in \"", name, "\" line ", line());
}

}  // namespace mote::engine
