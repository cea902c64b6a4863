#include "common/reducers/validation.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/reducers/classification_report.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr char kLoss[] = "loss";

struct Parts {
  int64_t rows = 0;
  double loss = 0;
  std::string_view report;
};

absl::StatusOr<Parts> Decode(std::string_view partial) {
  Parts parts;
  ByteReader reader(partial);
  MOTE_ASSIGN_OR_RETURN(parts.rows, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(parts.loss, reader.Get<double>());
  if (parts.rows < 0 || parts.rows > int64_t{1} << 61)
    return absl::InvalidArgumentError(absl::StrCat("validation: ", parts.rows, " rows"));
  parts.report = reader.rest();
  return parts;
}

std::string Encode(const Parts& parts) {
  std::string partial;
  ByteWriter writer(&partial);
  writer.Put(parts.rows);
  writer.Put(parts.loss);
  writer.PutRaw(parts.report);
  return partial;
}

// Keeps what a report stores, which is at most its own text.
class KeptBlob final : public BlobSink {
 public:
  Digest Store(std::string bytes) override {
    bytes_ = std::move(bytes);
    return Sha256(bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class ValidationReducer final : public RowReducer {
 public:
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override {
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
    const std::optional<size_t> loss = rows.schema.Find(kLoss);
    if (!loss.has_value() || rows.schema.columns[*loss].dtype != DType::kF64) {
      return absl::InvalidArgumentError(absl::StrCat("no column ", kLoss, ":f64 in ", rows.schema.ToString()));
    }
    Parts parts{.rows = rows.rows, .loss = 0, .report = {}};
    for (int64_t row = 0; row < rows.rows; ++row) parts.loss += view.Number(row, *loss);
    std::string report;
    MOTE_RETURN_IF_ERROR(report_.Leaf(rows, &report, blobs));
    parts.report = report;
    *partial = Encode(parts);
    return absl::OkStatus();
  }

  absl::Status Validate(std::string_view partial) const override {
    MOTE_ASSIGN_OR_RETURN(const Parts parts, Decode(partial));
    return report_.Validate(parts.report);
  }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override {
    MOTE_ASSIGN_OR_RETURN(Parts a, Decode(left));
    MOTE_ASSIGN_OR_RETURN(const Parts b, Decode(right));
    std::string report(a.report);
    MOTE_RETURN_IF_ERROR(report_.Combine(report, b.report, blobs));
    left = Encode({.rows = a.rows + b.rows, .loss = a.loss + b.loss, .report = report});
    return absl::OkStatus();
  }

  absl::Status Seal(std::string& partial, BlobSink& blobs) const override {
    if (static_cast<int64_t>(partial.size()) <= kInlineBytesMax) return absl::OkStatus();
    MOTE_ASSIGN_OR_RETURN(Parts parts, Decode(partial));
    std::string report(parts.report);
    MOTE_RETURN_IF_ERROR(report_.Seal(report, blobs));
    parts.report = report;
    partial = Encode(parts);
    return absl::OkStatus();
  }

  bool FinishReadsBlobs(std::string_view partial) const override {
    const absl::StatusOr<Parts> parts = Decode(partial);
    return parts.ok() && report_.FinishReadsBlobs(parts->report);
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink&, BlobSource* source) const override {
    if (partial == nullptr) return absl::InvalidArgumentError("validation: no task has a result");
    MOTE_ASSIGN_OR_RETURN(const Parts parts, Decode(*partial));
    if (parts.rows < 1) return absl::InvalidArgumentError("validation: the table has no rows");
    KeptBlob kept;
    const std::string report(parts.report);
    MOTE_ASSIGN_OR_RETURN(const Output full, report_.Finish(&report, kept, source));
    MOTE_ASSIGN_OR_RETURN(const Json document,
                          ParseJson(full.content.artifact.has_value() ? kept.bytes() : full.content.bytes));
    const Json& macro = document.at("macro_avg");
    Json head{{"rows", parts.rows},
              {kLoss, parts.loss / static_cast<double>(parts.rows)},
              {"accuracy", document.at("accuracy")},
              {"f1_macro", macro.at("f1")},
              {"precision_macro", macro.at("precision")},
              {"recall_macro", macro.at("recall")}};
    if (document.at("roc_auc").is_number()) head["roc_auc"] = document["roc_auc"];
    Output output;
    output.content.bytes = head.dump();
    output.bytes = static_cast<int64_t>(output.content.bytes.size());
    return output;
  }

 private:
  const ClassificationReportReducer report_{ReportParameters{}};
};

}  // namespace

ReducerEntry ValidationEntry() {
  return {.description = {.name = "validation",
                          .summary = "Mean loss and the head of a classification report",
                          .parameters = {},
                          .bound = "16 bytes more than classification_report"},
          .user = false,
          .make_rows = [](const Json&) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
            return std::make_unique<ValidationReducer>();
          }};
}

}  // namespace mote
