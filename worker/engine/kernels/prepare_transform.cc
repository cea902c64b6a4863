// `prepare.transform`: a task's rows as row:i64, x:f32[features], label:i64, each in
// the table of its split, and what became of every row; for the reducer `splits`. The
// last table holds the rows that are in none, with the reason.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/prepare/fitted.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/feature_row.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {
namespace {

Schema QuarantineSchema() {
  return {
      {{"row", DType::kI64, 1}, {"line", DType::kI64, 1}, {"reason", DType::kText, 1}, {"record", DType::kText, 1}}};
}

class TransformPass final : public PassKernel {
 public:
  TransformPass(std::unique_ptr<PrepareRows> rows, Fitted fitted, std::vector<size_t> columns)
      : rows_(std::move(rows)), fitted_(std::move(fitted)), classes_(PlacesOf(fitted_.classes)) {
    features_ = std::make_unique<FeatureRow>(fitted_, *rows_, std::move(columns));
    schema_.columns = {{"row", DType::kI64, 1}, {"x", DType::kF32, static_cast<int64_t>(fitted_.features.size())}};
    if (rows_->has_label()) schema_.columns.push_back({"label", DType::kI64, 1, CarriedClasses(fitted_.classes)});
  }

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_RETURN_IF_ERROR(rows_->Seek(task, context));
    const size_t count = rows_->options().TableNames().size();
    quality_ = Quality::For(fitted_, count);
    std::vector<TableBuilder> tables(count, TableBuilder(schema_));
    table_bytes_.resize(count);
    for (size_t i = 0; i < count; ++i) tables[i].Reserve(table_bytes_[i] + table_bytes_[i] / 8);
    TableBuilder quarantined(QuarantineSchema());
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, rows_->Next(&quality_));
      if (!more) break;
      const std::optional<DropReason> reason = AddRow(tables[static_cast<size_t>(rows_->split())]);
      if (reason) Quarantine(*reason, &quarantined);
    }
    std::vector<Table> done;
    for (size_t i = 0; i < count; ++i) {
      table_bytes_[i] = tables[i].bytes();
      done.push_back(tables[i].Take());
    }
    done.push_back(quarantined.Take());
    return SplitsLeaf(std::move(done), quality_, partial, context.blobs());
  }

 private:
  // Why the row is in no table; nullopt: it is in `table`.
  std::optional<DropReason> AddRow(TableBuilder& table) {
    if (rows_->ragged()) return DropReason::kColumnCount;
    const bool labelled = rows_->has_label();
    int64_t label_class = 0;
    if (labelled) {
      const std::string_view label = Trim(rows_->Cell(rows_->label_column()));
      if (rows_->IsMissing(label)) return DropReason::kNoLabel;
      const size_t place = classes_.Find(label);
      if (place == classes_.size()) return DropReason::kUnknownLabel;
      label_class = static_cast<int64_t>(place);
    }
    if (const auto reason = features_->Drops()) return reason;
    const std::vector<float>& x = features_->Fill(static_cast<size_t>(rows_->split()), &quality_);
    row_.clear();
    ByteWriter writer(&row_);
    writer.Put(rows_->row());
    writer.PutRaw({reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)});
    if (labelled) writer.Put(label_class);
    table.AddRow(row_);
    return std::nullopt;
  }

  void Quarantine(DropReason reason, TableBuilder* quarantined) {
    quality_.Drop(reason, rows_->line());
    quarantined->AddI64(rows_->row());
    quarantined->AddI64(rows_->line());
    quarantined->AddText(Text(reason));
    quarantined->AddText(rows_->Record());
  }

  const std::unique_ptr<PrepareRows> rows_;
  const Fitted fitted_;
  const TextTable classes_;
  std::unique_ptr<FeatureRow> features_;
  Schema schema_;
  Quality quality_;
  std::string row_;
  std::vector<int64_t> table_bytes_;  // of the task before: the next one has about as many
};

class TransformKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<PrepareRows> rows, PrepareRows::Open(pass, context));
    const auto input = pass.inputs.find("fitted");
    if (input == pass.inputs.end())
      return absl::InvalidArgumentError("prepare.transform: the input \"fitted\" is missing");
    MOTE_ASSIGN_OR_RETURN(const std::string text, ReadValue(input->second, context));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
    MOTE_ASSIGN_OR_RETURN(Fitted fitted, Fitted::FromJson(json));
    MOTE_ASSIGN_OR_RETURN(std::vector<size_t> columns, MatchColumns(fitted, rows->dataset()));
    return std::make_unique<TransformPass>(std::move(rows), std::move(fitted), std::move(columns));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareTransformKernel() { return std::make_unique<TransformKernel>(); }

}  // namespace mote::engine
