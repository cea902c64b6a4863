#include "common/reducers/classification_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducers/report_document.h"
#include "common/reducers/roc_auc.h"
#include "common/reducers/row_rope.h"
#include "common/reducers/score_document.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
namespace {

absl::Status WrongReport(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("reducer \"classification_report\": ", std::string(what)));
}

absl::StatusOr<std::vector<std::string>> ClassesFromJson(const Json& list) {
  std::vector<std::string> classes;
  for (const Json& name : list) {
    if (!name.is_string())
      return WrongReport(absl::StrCat("classes: ", name.dump(), " is not a name; list names as text"));
    classes.push_back(name.get<std::string>());
    if (std::count(classes.begin(), classes.end(), classes.back()) > 1) {
      return WrongReport(absl::StrCat("classes: \"", classes.back(), "\" is listed twice"));
    }
  }
  const int64_t size = static_cast<int64_t>(classes.size());
  if (size >= 2 && size <= kClassesMax) return classes;
  return WrongReport(absl::StrCat("classes: ", size, " names; 2 to ", kClassesMax, " are allowed"));
}

std::string Quoted(std::string_view text) { return absl::StrCat("\"", std::string(text), "\""); }

// As `apply` marks a row whose label is not known.
bool IsUnlabelled(const TableView& view, int64_t row, size_t column) {
  return view.schema().columns[column].dtype == DType::kI64 && view.Number(row, column) == -1;
}

}  // namespace

// Where a table holds what a report needs.
struct ClassificationReportReducer::Columns {
  size_t label = 0;
  std::optional<size_t> prediction;
  std::optional<size_t> scores;
  int64_t width = 0;               // of the scores
  int64_t classes = 0;             // 0: as many as occur
  std::vector<std::string> names;  // of the label's column

  bool scored() const { return scores.has_value() && classes == 2; }
};

absl::StatusOr<ReportParameters> ReportParameters::FromJson(const Json& json) {
  const Params params(json);
  ReportParameters parameters;
  parameters.label = params.Text("label");
  if (params.Find("scores") != nullptr) parameters.scores = params.Text("scores");
  if (params.Find("prediction") != nullptr) parameters.prediction = params.Text("prediction");
  if (const Json* classes = params.Find("classes")) {
    MOTE_ASSIGN_OR_RETURN(parameters.classes, ClassesFromJson(*classes));
  }
  if (const Json* costs = params.Find("costs")) {
    absl::StatusOr<ErrorCosts> read = ErrorCosts::FromJson(*costs);
    if (!read.ok()) return WrongReport(std::string(read.status().message()));
    parameters.costs = *read;
  }
  parameters.positive = params.Integer("positive");
  if (parameters.positive == 0 || parameters.positive == 1) return parameters;
  return WrongReport(
      absl::StrCat("positive: ", parameters.positive, "; it is the index of one of two classes, 0 or 1"));
}

ClassificationReportReducer::ClassificationReportReducer(ReportParameters parameters)
    : parameters_(std::move(parameters)) {}

absl::StatusOr<std::optional<size_t>> ClassificationReportReducer::FindOptional(const Schema& schema,
                                                                                const std::optional<std::string>& given,
                                                                                std::string_view fallback) const {
  const std::optional<size_t> found = schema.Find(given ? std::string_view(*given) : fallback);
  if (found || !given) return found;
  return WrongReport(absl::StrCat("there is no column ", Quoted(*given), "; the rows have ", schema.ToString()));
}

absl::StatusOr<ClassificationReportReducer::Columns> ClassificationReportReducer::FindColumns(
    const Schema& schema) const {
  Columns columns;
  columns.classes = static_cast<int64_t>(parameters_.classes.size());
  const std::optional<size_t> label = schema.Find(parameters_.label);
  if (!label) {
    return WrongReport(absl::StrCat("there is no label column ", Quoted(parameters_.label), "; the rows have ",
                                    schema.ToString(), "; keep the label, or name its column with label"));
  }
  columns.label = *label;
  MOTE_ASSIGN_OR_RETURN(columns.prediction, FindOptional(schema, parameters_.prediction, "prediction"));
  MOTE_ASSIGN_OR_RETURN(columns.scores, FindOptional(schema, parameters_.scores, "scores"));
  for (const std::optional<size_t>& column : {label, columns.prediction}) {
    if (!column || schema.columns[*column].width == 1) continue;
    return WrongReport(
        absl::StrCat("a class is one value, but the column is ", Schema{{schema.columns[*column]}}.ToString()));
  }
  if (columns.scores) {
    const Column& scores = schema.columns[*columns.scores];
    columns.width = scores.width;
    const int64_t classes = std::max<int64_t>(2, scores.width);
    if (scores.dtype == DType::kText || classes > kClassesMax || (columns.classes != 0 && columns.classes != classes)) {
      return WrongReport(
          absl::StrCat("scores ", Schema{{scores}}.ToString(), " do not fit ",
                       columns.classes == 0 ? absl::StrCat("at most ", kClassesMax) : absl::StrCat(columns.classes),
                       " classes; there is one number a class (or one for two classes)"));
    }
    columns.classes = classes;
  }
  const std::vector<std::string>& names = schema.columns[*label].classes;
  const int64_t named = static_cast<int64_t>(names.size());
  if (parameters_.classes.empty() && named >= 2 && (columns.classes == 0 || columns.classes == named)) {
    columns.names = names;
    columns.classes = named;
  }
  if (!columns.prediction && columns.width < 2) {
    return WrongReport(absl::StrCat("there is neither a prediction column nor scores of every class; the rows have ",
                                    schema.ToString(), "; name a column with prediction or scores"));
  }
  return columns;
}

absl::StatusOr<uint16_t> ClassificationReportReducer::ClassOf(const TableView& view, int64_t row, size_t column,
                                                              int64_t limit) const {
  const Column& described = view.schema().columns[column];
  std::string given;
  if (described.dtype == DType::kText) {
    given = std::string(view.Text(row, column));
    const auto found = std::find(parameters_.classes.begin(), parameters_.classes.end(), given);
    if (found != parameters_.classes.end()) return static_cast<uint16_t>(found - parameters_.classes.begin());
    int64_t index = -1;
    if (absl::SimpleAtoi(given, &index) && index >= 0 && index < limit) return static_cast<uint16_t>(index);
    given = Quoted(given);
  } else {
    const double number = view.Number(row, column);
    if (number >= 0 && number < static_cast<double>(limit) && number == std::floor(number)) {
      return static_cast<uint16_t>(number);
    }
    given = absl::StrCat(number);
  }
  return WrongReport(absl::StrCat(given, " in column ", Quoted(described.name), ", row ", row,
                                  " of a task, is not a class; classes are 0 to ", limit - 1,
                                  parameters_.classes.empty() ? "" : " or the names in classes"));
}

absl::StatusOr<uint16_t> ClassificationReportReducer::BestScore(const TableView& view, int64_t row,
                                                                const Columns& columns) const {
  int64_t best = 0;
  for (int64_t i = 0; i < columns.width; ++i) {
    const double score = view.Number(row, *columns.scores, i);
    if (std::isnan(score)) {
      return WrongReport(
          absl::StrCat("score ", i, " in row ", row, " of a task is NaN; look for NaN in the model's input"));
    }
    if (score > view.Number(row, *columns.scores, best)) best = i;
  }
  return static_cast<uint16_t>(best);
}

absl::Status ClassificationReportReducer::ReadRows(const TableView& view, const Columns& columns,
                                                   ReportPartial* partial, Table* scores) const {
  const int64_t limit = columns.classes == 0 ? kClassesMax : columns.classes;
  std::map<uint32_t, int64_t> counts;
  ByteWriter writer(&scores->bytes);
  for (int64_t row = 0; row < view.rows(); ++row) {
    Confusion pair;
    if (IsUnlabelled(view, row, columns.label)) {
      ++partial->unlabelled;
      continue;
    }
    MOTE_ASSIGN_OR_RETURN(pair.label, ClassOf(view, row, columns.label, limit));
    if (columns.scores) {
      MOTE_ASSIGN_OR_RETURN(pair.predicted, BestScore(view, row, columns));
    }
    if (columns.prediction) {
      MOTE_ASSIGN_OR_RETURN(pair.predicted, ClassOf(view, row, *columns.prediction, limit));
    }
    ++counts[pair.key()];
    if (!columns.scored()) continue;
    writer.Put(view.Number(row, *columns.scores, columns.width == 1 ? 0 : parameters_.positive));
    writer.Put(static_cast<uint8_t>(pair.label == parameters_.positive ? 1 : 0));
  }
  for (const auto& [key, count] : counts) {
    partial->confusion.push_back({static_cast<uint16_t>(key >> 16), static_cast<uint16_t>(key & 0xffff), count});
  }
  scores->rows = partial->rows = view.rows() - partial->unlabelled;
  return absl::OkStatus();
}

absl::Status ClassificationReportReducer::Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const {
  ReportPartial report;
  if (rows.schema.columns.empty() && rows.rows == 0) {
    *partial = report.Encode();
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const Columns columns, FindColumns(rows.schema));
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
  report.known = true;
  report.classes = columns.classes;
  report.scored = columns.scored();
  report.names = columns.names;
  Table scores{ScoresSchema(), 0, {}};
  MOTE_RETURN_IF_ERROR(ReadRows(view, columns, &report, &scores));
  std::string rope;
  if (report.scored) MOTE_RETURN_IF_ERROR(MakeRope(scores, &rope, blobs));
  report.scores = rope;
  *partial = report.Encode();
  return absl::OkStatus();
}

absl::Status ClassificationReportReducer::Validate(std::string_view partial) const {
  MOTE_RETURN_IF_ERROR(CheckReport(partial));
  MOTE_ASSIGN_OR_RETURN(const ReportPartial report, ReportPartial::Decode(partial));
  const int64_t classes = static_cast<int64_t>(parameters_.classes.size());
  if (classes > 0 && !report.names.empty()) return WrongReport("a partial names classes although `classes` does");
  if (!report.known || classes == 0 || report.classes == classes) return absl::OkStatus();
  return WrongReport(absl::StrCat("a partial of ", report.classes, " classes, but ", classes, " are listed"));
}

absl::Status ClassificationReportReducer::Combine(std::string& left, std::string_view right, BlobSink& blobs) const {
  return CombineReports(left, right, blobs);
}

absl::Status ClassificationReportReducer::Seal(std::string& partial, BlobSink& blobs) const {
  return SealReport(partial, blobs);
}

bool ClassificationReportReducer::FinishReadsBlobs(std::string_view partial) const {
  const absl::StatusOr<ReportPartial> report = ReportPartial::Decode(partial);
  return report.ok() && report->scored && RopeHasBlobs(report->scores);
}

std::vector<std::string> ClassificationReportReducer::ClassNames(const ReportPartial& partial) const {
  if (!parameters_.classes.empty()) return parameters_.classes;
  if (!partial.names.empty()) return partial.names;
  int64_t classes = partial.classes;
  if (classes == 0) {
    for (const Confusion& entry : partial.confusion) {
      classes = std::max<int64_t>({classes, entry.label + 1, entry.predicted + 1});
    }
  }
  std::vector<std::string> names;
  for (int64_t i = 0; i < classes; ++i) names.push_back(absl::StrCat(i));
  return names;
}

absl::StatusOr<Output> ClassificationReportReducer::Finish(const std::string* partial, BlobSink& blobs,
                                                           BlobSource* source) const {
  ReportPartial report;
  if (partial != nullptr) {
    MOTE_RETURN_IF_ERROR(Validate(*partial));
    MOTE_ASSIGN_OR_RETURN(report, ReportPartial::Decode(*partial));
  }
  ReportInput input;
  input.classes = ClassNames(report);
  input.confusion = report.confusion;
  input.rows = report.rows;
  input.unlabelled = report.unlabelled;
  if (input.classes.size() == 2) input.positive = input.classes[static_cast<size_t>(parameters_.positive)];
  Json of_scores = Json::object();
  if (report.scored) {
    std::vector<double> positives, negatives;
    MOTE_RETURN_IF_ERROR(ReadScores(report, source, &positives, &negatives));
    input.roc_auc = RocAuc(positives, negatives);
    if (input.roc_auc) of_scores = ScoreDocument(positives, negatives, parameters_.costs);
    const size_t only = static_cast<size_t>(positives.empty() ? 1 - parameters_.positive : parameters_.positive);
    input.roc_auc_reason = report.rows == 0 ? "there are no rows"
                                            : absl::StrCat("only class \"", input.classes[only], "\" occurs as label");
  } else {
    input.roc_auc_reason = input.classes.size() > 2
                               ? absl::StrCat("it is for two classes, there are ", input.classes.size())
                               : "there are no scores";
  }
  Json document = ReportDocument(input);
  document.update(of_scores);
  std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  const int64_t bytes = static_cast<int64_t>(text.size());
  return Output{OutputKind::kDocument, StoreBytes(std::move(text), blobs), 0, bytes};
}

ReducerEntry ClassificationReportEntry() {
  using Kind = Parameter::Kind;
  const auto optional = [](std::string name, Kind kind, std::string summary) {
    return Parameter{std::move(name), kind, "", true, std::move(summary)};
  };
  return {.description =
              {.name = "classification_report",
               .summary = "Precision, recall and F1 of each class, averages, accuracy, confusion matrix and, for two "
                          "classes, the exact ROC AUC: a document",
               .parameters = {{"label", Kind::kText, "\"label\"", false, "column of true classes: indices, or names"},
                              optional("scores", Kind::kText, "column of scores, one a class (default scores, if any)"),
                              optional("prediction", Kind::kText,
                                       "column of predicted classes (default prediction, else the greatest score)"),
                              optional("classes", Kind::kList,
                                       "names of the classes, by index (default as prepare found them, if it did)"),
                              {"positive", Kind::kInteger, "1", false, "index of the positive of two classes, 0 or 1"},
                              optional("costs", Kind::kObject,
                                       "{false_positive: 1, false_negative: 5}: what wrong answers cost; the threshold "
                                       "of least cost is reported")},
               .bound = "12 bytes for each pair of classes that occurs, and for two classes 48 KiB of scores and 45 "
                        "bytes for each blob of them",
               .kind = OutputKind::kDocument},
          .make_rows = [](const Json& json) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
            MOTE_ASSIGN_OR_RETURN(ReportParameters parameters, ReportParameters::FromJson(json));
            return std::make_unique<ClassificationReportReducer>(std::move(parameters));
          }};
}

}  // namespace mote
