#include "common/reducers/report_document.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace mote {
namespace {

constexpr size_t kMatrixClassesMax = 256;

// Counts of one class.
struct ClassCounts {
  int64_t right = 0;      // of the class, and predicted so
  int64_t support = 0;    // of the class
  int64_t predicted = 0;  // predicted to be it

  bool occurs() const { return support > 0 || predicted > 0; }
};

struct Scores {
  double precision = 0;
  double recall = 0;
  double f1 = 0;

  void Add(const Scores& other, double weight) {
    precision += other.precision * weight;
    recall += other.recall * weight;
    f1 += other.f1 * weight;
  }
  void Divide(double by) {
    precision /= by;
    recall /= by;
    f1 /= by;
  }
  Json ToJson(int64_t support) const {
    return {{"precision", precision}, {"recall", recall}, {"f1", f1}, {"support", support}};
  }
};

// Divides; 0/0 is 0 and noted.
double Quotient(int64_t numerator, int64_t denominator, const std::string& note, Json* undefined) {
  if (denominator > 0) return static_cast<double>(numerator) / static_cast<double>(denominator);
  undefined->push_back(note);
  return 0;
}

std::vector<ClassCounts> Count(const ReportInput& input) {
  std::vector<ClassCounts> counts(input.classes.size());
  for (const Confusion& entry : input.confusion) {
    counts[entry.label].support += entry.count;
    counts[entry.predicted].predicted += entry.count;
    if (entry.label == entry.predicted) counts[entry.label].right += entry.count;
  }
  return counts;
}

Scores ScoresOf(const ClassCounts& counts, const std::string& name, Json* undefined) {
  const std::string of = absl::StrCat(" of class \"", name, "\": ");
  if (!counts.occurs()) {
    undefined->push_back(absl::StrCat("precision, recall and f1", of,
                                      "it neither occurs nor is predicted, so macro_avg "
                                      "leaves it out"));
    return {};
  }
  return {Quotient(counts.right, counts.predicted, absl::StrCat("precision", of, "it is never predicted"), undefined),
          Quotient(counts.right, counts.support, absl::StrCat("recall", of, "no row has it as label"), undefined),
          2.0 * static_cast<double>(counts.right) /
              (static_cast<double>(counts.support) + static_cast<double>(counts.predicted))};
}

void AddConfusion(const ReportInput& input, Json* document) {
  const size_t classes = input.classes.size();
  if (classes > kMatrixClassesMax) {
    Json& pairs = (*document)["confusion_pairs"] = Json::array();
    for (const Confusion& entry : input.confusion) pairs.push_back({entry.label, entry.predicted, entry.count});
    return;
  }
  std::vector<std::vector<int64_t>> matrix(classes, std::vector<int64_t>(classes, 0));
  for (const Confusion& entry : input.confusion) matrix[entry.label][entry.predicted] = entry.count;
  (*document)["confusion_matrix"] = matrix;
}

}  // namespace

Json ReportDocument(const ReportInput& input) {
  const std::vector<ClassCounts> counts = Count(input);
  Json undefined = Json::array(), classes = Json::array();
  Scores macro, weighted;
  int64_t right = 0, occurring = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const Scores scores = ScoresOf(counts[i], input.classes[i], &undefined);
    Json described = scores.ToJson(counts[i].support);
    described["name"] = input.classes[i];
    classes.push_back(std::move(described));
    right += counts[i].right;
    occurring += counts[i].occurs() ? 1 : 0;
    macro.Add(scores, 1);
    weighted.Add(scores, static_cast<double>(counts[i].support));
  }
  if (input.rows > 0) {
    macro.Divide(static_cast<double>(occurring));
    weighted.Divide(static_cast<double>(input.rows));
  }
  Json document;
  document["rows"] = input.rows;
  if (input.unlabelled > 0) document["unlabelled"] = input.unlabelled;
  document["accuracy"] = Quotient(right, input.rows, "accuracy and the averages: there are no rows", &undefined);
  document["classes"] = std::move(classes);
  document["macro_avg"] = macro.ToJson(input.rows);
  document["weighted_avg"] = weighted.ToJson(input.rows);
  document["roc_auc"] = input.roc_auc ? Json(*input.roc_auc) : Json(nullptr);
  if (!input.roc_auc) document["roc_auc_reason"] = input.roc_auc_reason;
  if (!input.positive.empty()) document["positive"] = input.positive;
  document["undefined"] = std::move(undefined);
  AddConfusion(input, &document);
  return document;
}

}  // namespace mote
