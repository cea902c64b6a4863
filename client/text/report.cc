#include "client/text/report.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/documents/document_kind.h"
#include "client/text/text_table.h"
#include "common/json.h"

namespace mote::client {
namespace {

// More classes than this make no readable matrix.
constexpr size_t kMatrixClassesMax = 20;
std::string Fraction(const Json& value) {
  return value.is_number() ? absl::StrFormat("%.4f", value.get<double>()) : "-";
}

std::string Plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

std::vector<std::string> ScoreRow(const std::string& name, const Json& scores) {
  return {name, Fraction(scores.at("precision")), Fraction(scores.at("recall")), Fraction(scores.at("f1")),
          Plain(scores.at("support"))};
}

std::string ScoresText(const Json& document) {
  TextTable table({{""}, {"precision", kRight}, {"recall", kRight}, {"f1", kRight}, {"support", kRight}});
  for (const Json& item : document.at("classes")) table.Add(ScoreRow(Plain(item.at("name")), item));
  table.Add({});
  table.Add({"accuracy", "", "", Fraction(document.at("accuracy")), Plain(document.at("rows"))});
  table.Add(ScoreRow("macro avg", document.at("macro_avg")));
  table.Add(ScoreRow("weighted avg", document.at("weighted_avg")));
  const Json unlabelled = document.value("unlabelled", Json());
  return absl::StrCat(table.ToString(),
                      unlabelled.is_null() ? "" : absl::StrCat("\n", Plain(unlabelled), " more rows have no label\n"));
}

std::string MatrixText(const Json& document) {
  const Json& classes = document.at("classes");
  const Json matrix = document.value("confusion_matrix", Json());
  if (!matrix.is_array() || matrix.empty() || matrix.size() > kMatrixClassesMax) return "";
  std::vector<TextTable::Heading> headings = {{"label \\ predicted"}};
  for (const Json& item : classes) headings.push_back({Plain(item.at("name")), kRight});
  TextTable table(std::move(headings));
  for (size_t label = 0; label < matrix.size() && label < classes.size(); ++label) {
    std::vector<std::string> row = {Plain(classes[label].at("name"))};
    for (const Json& count : matrix[label]) row.push_back(Plain(count));
    table.Add(std::move(row));
  }
  return absl::StrCat("\nconfusion matrix\n", table.ToString());
}

std::string AucText(const Json& document) {
  const Json auc = document.value("roc_auc", Json());
  if (auc.is_number()) {
    const std::string positive = Plain(document.value("positive", Json()));
    return absl::StrCat("\nROC AUC ", Fraction(auc),
                        positive.empty() ? "" : absl::StrCat(" (positive: ", positive, ")"), "\n");
  }
  const std::string reason = Plain(document.value("roc_auc_reason", Json()));
  return reason.empty() ? "" : absl::StrCat("\nROC AUC: none, ", reason, "\n");
}

std::string OutcomeText(const Json& outcome) {
  return absl::StrCat(Plain(outcome.at("cost")), " (", Plain(outcome.at("false_positives")), " false positives, ",
                      Plain(outcome.at("false_negatives")), " false negatives)");
}

// How well scores are calibrated, and which threshold costs least.
std::string ScoresUseText(const Json& document) {
  std::string out;
  const Json calibration = document.value("calibration", Json());
  if (calibration.is_object()) absl::StrAppend(&out, "Brier score ", Fraction(calibration.at("brier")), "\n");
  const Json decision = document.value("decision", Json());
  if (!decision.is_object()) return out;
  const Json& threshold = decision.at("threshold");
  absl::StrAppend(&out, "least cost ", OutcomeText(decision), " where a row is positive from ",
                  threshold.is_null() ? "no score" : Fraction(threshold), " on; from 0.5 on it is ",
                  OutcomeText(decision.at("at_half")));
  if (const Json ratio = decision.value("at_cost_ratio", Json()); ratio.is_object()) {
    absl::StrAppend(&out, ", from ", Fraction(ratio.at("threshold")), " on, the ratio of the costs, ",
                    OutcomeText(ratio));
  }
  out += "\n";
  return out;
}

std::string UndefinedText(const Json& document) {
  std::string out;
  for (const Json& item : document.value("undefined", Json::array())) {
    absl::StrAppend(&out, "undefined, shown as 0: ", Plain(item), "\n");
  }
  return out.empty() ? out : "\n" + out;
}

std::string KeptText(const Json& kept) {
  std::vector<std::string> parts;
  for (auto it = kept.begin(); it != kept.end(); ++it) parts.push_back(absl::StrCat(it.key(), " ", Plain(*it)));
  return absl::StrJoin(parts, ", ");
}

std::string RowsText(const Json& document) {
  const Json& rows = document.at("rows");
  std::string out = absl::StrCat("rows read ", Plain(rows.at("read")), "; kept ", KeptText(rows.at("kept")),
                                 "; dropped ", Plain(rows.at("dropped")));
  if (rows.value("unassigned", 0) > 0) absl::StrAppend(&out, "; in no split ", Plain(rows.at("unassigned")));
  out += "\n";
  for (const Json& item : document.value("dropped", Json::array())) {
    std::vector<std::string> lines;
    for (const Json& line : item.value("first_lines", Json::array())) lines.push_back(Plain(line));
    absl::StrAppend(&out, "dropped ", Plain(item.at("rows")), ": ", Plain(item.at("reason")),
                    lines.empty() ? "" : absl::StrCat(" (lines ", absl::StrJoin(lines, ", "), ", …)"), "\n");
  }
  return out;
}

// The split that differs most from the training rows: "0.31 (test)".
std::string DriftText(const Json& column) {
  const Json drift = column.value("drift", Json::object());
  const auto most = std::max_element(drift.begin(), drift.end(),
                                     [](const Json& a, const Json& b) { return a.get<double>() < b.get<double>(); });
  if (most == drift.end()) return "";
  return absl::StrFormat("%.2f (%s)", most->get<double>(), most.key());
}

// Whether a column of the report has more to say than 0 under `name`.
bool AnyHas(const Json& columns, const char* name) {
  return std::any_of(columns.begin(), columns.end(), [&](const Json& column) {
    const Json value = column.value(name, Json());
    return !value.is_null() && value != 0;
  });
}

std::string ColumnsText(const Json& columns) {
  const bool missing = AnyHas(columns, "missing"), outliers = AnyHas(columns, "outliers");
  const bool drift = AnyHas(columns, "drift");
  std::vector<TextTable::Heading> headings{{"column"}, {"kind"}};
  if (missing) headings.push_back({"missing", kRight});
  for (const char* const name : {"imputed", "not numbers", "categories", "unseen"}) headings.push_back({name, kRight});
  if (outliers) headings.push_back({"outliers", kRight});
  if (drift) headings.push_back({"drift", kRight});
  headings.push_back({"note"});
  TextTable table(std::move(headings));
  for (const Json& column : columns) {
    const auto cell = [&](const char* name) { return Plain(column.value(name, Json())); };
    std::vector<std::string> row{cell("name"), cell("kind")};
    if (missing) row.push_back(cell("missing"));
    for (const char* const name : {"imputed", "not_numbers", "categories"}) row.push_back(cell(name));
    row.push_back(cell(column.contains("unknown") ? "unknown" : "unseen_categories"));
    if (outliers) row.push_back(cell("outliers"));
    if (drift) row.push_back(DriftText(column));
    const std::string reason = cell("reason");
    row.push_back(reason.empty() ? cell("note") : reason);
    table.Add(std::move(row));
  }
  return table.ToString();
}

std::string ClassificationText(const Json& document) {
  return absl::StrCat(ScoresText(document), MatrixText(document), AucText(document), ScoresUseText(document),
                      UndefinedText(document));
}

std::string QualityText(const Json& document) {
  return absl::StrCat(RowsText(document), "\n", ColumnsText(document.at("columns")));
}

std::string ImportanceText(const Json& document) {
  const std::string measure = Plain(document.at("importance_of"));
  TextTable table({{"feature"}, {absl::StrCat("loss of ", measure), kRight}, {"deviation", kRight}});
  for (const Json& feature : document.at("features")) {
    table.Add({Plain(feature.at("name")), Fraction(feature.at("mean")), Fraction(feature.at("deviation"))});
  }
  return absl::StrCat(table.ToString(), "\n", measure, " ", Fraction(document.at("score")), " of ",
                      Plain(document.at("rows")), " rows; each feature taken from other rows ",
                      Plain(document.at("repeats")), " times\n");
}

std::string DependenceText(const Json& document) {
  std::vector<TextTable::Heading> headings = {{"feature"}, {"value", kRight}};
  for (const Json& name : document.at("classes")) headings.push_back({Plain(name), kRight});
  TextTable table(headings);
  for (const Json& feature : document.at("features")) {
    std::string name = Plain(feature.at("name"));
    for (const Json& point : feature.at("points")) {
      std::vector<std::string> row = {std::exchange(name, ""), Plain(point.at("value"))};
      for (const Json& score : point.at("scores")) row.push_back(Fraction(score));
      table.Add(std::move(row));
    }
  }
  return absl::StrCat(table.ToString(), "\nmean scores of ", Plain(document.at("rows")),
                      " rows, once each of them had the value\n");
}

std::string EnsembleText(const Json& document) {
  TextTable table({{"model"}, {"weight", kRight}, {"log loss", kRight}});
  for (const Json& model : document.at("models")) {
    table.Add({Plain(model.at("name")), Fraction(model.at("weight")), Fraction(model.at("log_loss"))});
  }
  return absl::StrCat(table.ToString(), "\nlog loss ", Fraction(document.at("log_loss")), " together, ",
                      Fraction(document.at("equal_log_loss")), " with equal weights, of ", Plain(document.at("rows")),
                      " rows\n");
}

std::optional<std::string> TextOf(const Json& document) {
  switch (KindOf(document)) {
    case DocumentKind::kReport:
      return ClassificationText(document);
    case DocumentKind::kQuality:
      return QualityText(document);
    case DocumentKind::kImportance:
      return ImportanceText(document);
    case DocumentKind::kDependence:
      return DependenceText(document);
    case DocumentKind::kEnsemble:
      return EnsembleText(document);
    case DocumentKind::kEpochs:
    case DocumentKind::kRounds:
    case DocumentKind::kGain:
    case DocumentKind::kOther:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ReportText(const Json& document) {
  try {
    return TextOf(document);
  } catch (const Json::exception&) {
    return std::nullopt;  // another document with such fields
  }
}

}  // namespace mote::client
