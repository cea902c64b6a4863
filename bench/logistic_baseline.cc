// How well does plain logistic regression do on the same splits?
//
//   mote-logistic-baseline TRAIN TEST
//
// Each is a CSV file, or a directory of shards as `mote run --output` writes a table:
// a header, a column `label` (0 or 1) and numeric features; a column `row` is left
// out. Prints the exact ROC AUC on TEST of scikit-learn's default model (L2, C = 1)
// fitted to TRAIN.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/logistic_regression.h"
#include "common/csv.h"
#include "common/reducers/roc_auc.h"
#include "common/status_macros.h"

namespace mote::bench {
namespace {

absl::StatusOr<double> ParseNumber(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return absl::InvalidArgumentError(absl::StrCat("\"", std::string(text), "\" is not a number"));
}

// The file itself, or the CSV files of the directory in the order of their names.
std::vector<std::string> Shards(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::string> shards;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() == ".csv") shards.push_back(entry.path().string());
  }
  std::sort(shards.begin(), shards.end());
  return shards;
}

// Appends the rows of one file. `*header` is set by the first and checked for others.
absl::Status AppendFile(const std::string& path, std::vector<std::string>* header, Examples* examples) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  const std::string bytes = text.str();
  CsvScanner scanner(bytes, ',');
  std::vector<std::string_view> cells;
  MOTE_ASSIGN_OR_RETURN(bool more, scanner.Next(&cells));
  if (!more) return absl::InvalidArgumentError(absl::StrCat(path, ": empty"));
  const std::vector<std::string> names(cells.begin(), cells.end());
  if (!header->empty() && *header != names) return absl::InvalidArgumentError(absl::StrCat(path, ": other columns"));
  *header = names;
  while (true) {
    MOTE_ASSIGN_OR_RETURN(more, scanner.Next(&cells));
    if (!more) return absl::OkStatus();
    if (cells.size() != names.size()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": a row has ", cells.size(), " cells"));
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      if (names[i] == "row") continue;
      MOTE_ASSIGN_OR_RETURN(const double value, ParseNumber(cells[i]));
      names[i] == "label" ? examples->y.push_back(value == 1) : examples->x.push_back(value);
    }
  }
}

absl::StatusOr<Examples> ReadExamples(const std::string& path, std::vector<std::string>* features) {
  Examples examples;
  std::vector<std::string> header;
  for (const std::string& shard : Shards(path)) MOTE_RETURN_IF_ERROR(AppendFile(shard, &header, &examples));
  for (const std::string& name : header) {
    if (name != "row" && name != "label") features->push_back(name);
  }
  examples.features = static_cast<int64_t>(features->size());
  if (examples.y.empty() || examples.x.size() != examples.y.size() * features->size()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": has no column `label`, or no rows"));
  }
  return examples;
}

absl::StatusOr<double> BaselineAuc(const std::string& train_path, const std::string& test_path) {
  std::vector<std::string> train_features, test_features;
  MOTE_ASSIGN_OR_RETURN(const Examples train, ReadExamples(train_path, &train_features));
  MOTE_ASSIGN_OR_RETURN(const Examples test, ReadExamples(test_path, &test_features));
  if (train_features != test_features) return absl::InvalidArgumentError("the files have different columns");
  MOTE_ASSIGN_OR_RETURN(const std::vector<double> weights, FitLogistic(train, 1.0));
  const std::vector<double> scores = Decide(test, weights);
  std::vector<double> positives, negatives;
  for (int64_t i = 0; i < test.rows(); ++i) (test.y[i] == 1 ? positives : negatives).push_back(scores[i]);
  const std::optional<double> auc = RocAuc(positives, negatives);
  if (!auc.has_value()) return absl::InvalidArgumentError(absl::StrCat(test_path, ": has one class only"));
  return *auc;
}

}  // namespace
}  // namespace mote::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: mote-logistic-baseline TRAIN TEST\n";
    return 2;
  }
  const absl::StatusOr<double> auc = mote::bench::BaselineAuc(argv[1], argv[2]);
  if (!auc.ok()) {
    std::cerr << auc.status().message() << "\n";
    return 1;
  }
  std::printf("%.6f\n", *auc);
  return 0;
}
