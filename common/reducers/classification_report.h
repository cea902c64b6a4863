// `classification_report`: how well predictions match labels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/json_fwd.h"
#include "common/reducers/reducer_entry.h"
#include "common/reducers/report_partial.h"
#include "common/reducers/score_curves.h"

namespace mote {

struct ReportParameters {
  std::string label = "label";
  std::optional<std::string> scores;      // absent: "scores", if there is such a column
  std::optional<std::string> prediction;  // absent: "prediction", if there is such a column
  std::vector<std::string> classes;       // names by index; empty: as the label's column names them
  int64_t positive = 1;                   // of two classes
  std::optional<ErrorCosts> costs;        // of two classes: which threshold costs least is reported

  // InvalidArgument names the parameter.
  static absl::StatusOr<ReportParameters> FromJson(const Json& parameters);
};

// Labels and predictions are indices of classes, or names when `classes` is given.
// Without it, classes are called what the label's column calls them (Column::classes)
// if it names as many as there are scores, else by their index.
// Without a prediction column the class of the greatest score is predicted (of
// equals the first). Two classes with scores give the exact ROC AUC, which takes
// 9 bytes a row in blobs and, in Finish, 8 bytes of memory a row.
//
// Thread-safe.
class ClassificationReportReducer : public RowReducer {
 public:
  explicit ClassificationReportReducer(ReportParameters parameters);

  absl::Status Validate(std::string_view partial) const override;
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  absl::Status Seal(std::string& partial, BlobSink& blobs) const override;
  // InvalidArgument: a column is missing or does not fit, a label or prediction is
  // no class, a score is NaN.
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override;
  bool FinishReadsBlobs(std::string_view partial) const override;
  // The document of report_document.h, and of score_document.h where there is a ROC
  // AUC; canonical JSON.
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;

 private:
  struct Columns;

  absl::StatusOr<Columns> FindColumns(const Schema& schema) const;
  absl::StatusOr<std::optional<size_t>> FindOptional(const Schema& schema, const std::optional<std::string>& given,
                                                     std::string_view fallback) const;
  absl::StatusOr<uint16_t> ClassOf(const TableView& view, int64_t row, size_t column, int64_t limit) const;
  absl::StatusOr<uint16_t> BestScore(const TableView& view, int64_t row, const Columns& columns) const;
  absl::Status ReadRows(const TableView& view, const Columns& columns, ReportPartial* partial, Table* scores) const;
  std::vector<std::string> ClassNames(const ReportPartial& partial) const;

  ReportParameters parameters_;
};

ReducerEntry ClassificationReportEntry();

}  // namespace mote
