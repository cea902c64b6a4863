// `prepare.profile`: statistics of a task's training rows, for the reducer `profile`.
#include <memory>
#include <utility>
#include <vector>

#include "common/prepare/cell.h"
#include "common/prepare/table_profile.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/column_counter.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {
namespace {

class ProfilePass final : public PassKernel {
 public:
  explicit ProfilePass(std::unique_ptr<PrepareRows> rows) : rows_(std::move(rows)) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    std::vector<ColumnCounter> counters = MakeCounters();
    TableProfile profile;
    Quality passed_over;  // the transforming pass counts these
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, rows_->Next(&passed_over));
      if (!more) break;
      if (rows_->split() == 0 && IsKept()) {
        ++profile.training_rows;
        Count(counters);
      }
    }
    profile.rows_read = passed_over.rows_read;
    for (const ColumnCounter& counter : counters) profile.columns.push_back(counter.Take());
    return profile.EncodeBounded(partial);
  }

 private:
  std::vector<ColumnCounter> MakeCounters() const {
    const PrepareOptions& options = rows_->options();
    std::vector<ColumnCounter> counters;
    for (const Column& column : rows_->dataset().schema.columns) {
      counters.emplace_back(column.name, column.name == options.label || options.OneHotNames(column.name));
    }
    return counters;
  }

  // Rows that the transforming pass will drop are no part of the statistics.
  bool IsKept() const {
    if (rows_->IsMissing(Trim(rows_->Cell(rows_->label_column())))) return false;
    return rows_->options().impute != Impute::kDrop || !rows_->MissesValue();
  }

  void Count(std::vector<ColumnCounter>& counters) const {
    const auto count = [&](size_t column) {
      const std::string_view cell = Trim(rows_->Cell(column));
      if (rows_->IsMissing(cell)) {
        counters[column].AddMissing();
      } else {
        counters[column].Add(cell);
      }
    };
    count(rows_->label_column());
    for (const size_t column : rows_->value_columns()) count(column);
  }

  const std::unique_ptr<PrepareRows> rows_;
};

class ProfileKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<PrepareRows> rows, PrepareRows::Open(pass, context));
    return std::make_unique<ProfilePass>(std::move(rows));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareProfileKernel() { return std::make_unique<ProfileKernel>(); }

}  // namespace mote::engine
