#include "common/prepare/fit.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/prepare/cell.h"
#include "common/prepare/fit_number.h"
#include "common/prepare/invalid.h"
#include "common/prepare/quantiles.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "common/utf8.h"

namespace mote {
namespace {

absl::Status CheckUtf8(const ColumnProfile& profile) {
  for (const auto& [text, count] : profile.values.texts) {
    if (!IsUtf8(text)) {
      return Invalid(absl::StrCat("column \"", std::string(profile.name),
                                  "\" has a value that is not UTF-8; convert the file to UTF-8"));
    }
  }
  return absl::OkStatus();
}

// A column of numbers and infinities, say, is not meant to be one of categories.
absl::Status CheckFinite(const ColumnProfile& profile) {
  if (profile.numbers.count == 0 || profile.values.rung != Rung::kTexts) return absl::OkStatus();
  std::string_view found;
  int64_t non_finite = 0;
  for (const auto& [text, count] : profile.values.texts) {
    if (!IsNonFinite(text)) continue;
    non_finite += count;
    if (found.empty()) found = text;
  }
  if (non_finite == 0 || non_finite < profile.not_numbers) return absl::OkStatus();
  return Invalid(absl::StrCat("column \"", std::string(profile.name), "\" has ", profile.numbers.count, " numbers and ",
                              non_finite, " that are not finite, such as \"", std::string(found),
                              "\"; name that text in `missing` to have it imputed, or the column in `one_hot` if its ",
                              "values are categories, or in drop_columns"));
}

// A column of many numbers and a few texts is one of numbers that says "N/A", or of codes:
// that is not for us to say.
absl::Status CheckMostlyNumbers(const ColumnProfile& profile) {
  constexpr int64_t kOneIn = 20;
  constexpr int kNumbersMin = 20;  // different ones
  if (profile.values.rung != Rung::kTexts || profile.not_numbers * kOneIn > profile.present()) return absl::OkStatus();
  int numbers = 0;
  std::string_view found;
  for (const auto& [text, count] : profile.values.texts) {
    const bool is_number = ParseNumber(text).has_value();
    numbers += is_number;
    if (!is_number && found.empty()) found = text;
  }
  if (numbers < kNumbersMin) return absl::OkStatus();
  return Invalid(absl::StrCat("column \"", std::string(profile.name), "\" has ", profile.numbers.count, " numbers and ",
                              profile.not_numbers, " values that are none, such as \"", std::string(found),
                              "\"; name that text in `missing`, or the column in `numbers` to have such values "
                              "imputed, or in `one_hot` if its values are categories"));
}

// How the training rows' categories are spread: the most frequent ones, of equals the first.
DriftBins FitBins(const ColumnProfile& profile) {
  constexpr size_t kBins = 10;
  DriftBins bins;
  std::vector<std::pair<std::string_view, int64_t>> counts = profile.values.texts;
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const double rows = static_cast<double>(profile.present() + profile.missing);
  double others = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double share = static_cast<double>(counts[i].second) / rows;
    if (i >= kBins) {
      others += share;
      continue;
    }
    bins.categories.emplace_back(counts[i].first);
    bins.shares.push_back(share);
  }
  bins.shares.push_back(others);
  bins.shares.push_back(static_cast<double>(profile.missing) / rows);
  return bins;
}

absl::Status TooManyCategories(const ColumnProfile& profile) {
  const std::string mixed =
      profile.numbers.count == 0
          ? ""
          : absl::StrCat(", ", profile.not_numbers, " of ", profile.present(),
                         " are no finite numbers: name their text in `missing`, or the column in `numbers`, or");
  return Invalid(absl::StrCat(
      "column \"", std::string(profile.name), "\" has too many distinct values to one-hot encode (at most ", kTextsMax,
      ", and those of all columns together ", kProfileBytesMax >> 10, " KiB)", mixed.empty() ? ";" : mixed,
      " add it to drop_columns, or hash it: hash: {", std::string(profile.name), ": 64}"));
}

absl::Status FitCategories(const ColumnProfile& profile, const Imputation& impute, FittedColumn* column) {
  column->kind = ColumnKind::kCategory;
  if (profile.values.rung != Rung::kTexts) return TooManyCategories(profile);
  MOTE_RETURN_IF_ERROR(CheckUtf8(profile));
  for (const auto& [text, count] : profile.values.texts) column->categories.emplace_back(text);
  column->drops_missing = impute.how == Impute::kDrop;
  column->impute_text = std::string(Mode(profile.values.texts));
  column->bins = FitBins(profile);
  if (impute.how != Impute::kConstant) return absl::OkStatus();
  column->impute_text = impute.constant;  // a category of its own, unless it is one already
  auto& categories = column->categories;
  const auto place = std::lower_bound(categories.begin(), categories.end(), impute.constant);
  if (place == categories.end() || *place != impute.constant) categories.insert(place, impute.constant);
  return absl::OkStatus();
}

// As FitCategories, but in the order that the job names, if it names one.
absl::Status FitOrdinal(const ColumnProfile& profile, const Imputation& impute, const std::vector<std::string>& order,
                        FittedColumn* column) {
  MOTE_RETURN_IF_ERROR(FitCategories(profile, impute, column));
  column->kind = ColumnKind::kOrdinal;
  if (order.empty()) return absl::OkStatus();
  for (const std::string& category : column->categories) {
    if (std::find(order.begin(), order.end(), category) != order.end()) continue;
    return Invalid(absl::StrCat("ordinal.", column->name, ": \"", category,
                                "\" is a value of the training rows and not in the order given",
                                DidYouMean(category, order), "; name it there, or in `missing`"));
  }
  column->categories = order;
  return absl::OkStatus();
}

void Omit(std::string reason, FittedColumn* column) {
  column->kind = ColumnKind::kOmitted;
  column->reason = std::move(reason);
}

absl::StatusOr<FittedColumn> FitColumn(const ColumnProfile& profile, const PrepareOptions& options) {
  FittedColumn column;
  column.name = std::string(profile.name);
  column.missing = profile.missing;
  const Cleaning& cleaning = options.cleaning;
  const Imputation& impute = cleaning.ImputationOf(column.name);
  if (column.name == options.label) {
    column.kind = ColumnKind::kLabel;
  } else if (options.Drops(column.name)) {
    Omit("named in drop_columns", &column);
  } else if (profile.present() == 0) {
    Omit("has no value in the training rows", &column);
  } else if (const auto hash = cleaning.hash.find(column.name); hash != cleaning.hash.end()) {
    column.kind = ColumnKind::kHashed;
    column.buckets = hash->second;
    column.drops_missing = impute.how == Impute::kDrop;
  } else if (const auto order = cleaning.ordinal.find(column.name); order != cleaning.ordinal.end()) {
    MOTE_RETURN_IF_ERROR(FitOrdinal(profile, impute, order->second, &column));
  } else if (options.OneHotNames(column.name)) {
    MOTE_RETURN_IF_ERROR(FitCategories(profile, impute, &column));
  } else if (profile.numeric()) {
    MOTE_RETURN_IF_ERROR(FitNumber(profile, options, &column));
  } else if (options.one_hot == OneHot::kAuto) {
    MOTE_RETURN_IF_ERROR(CheckFinite(profile));
    MOTE_RETURN_IF_ERROR(CheckMostlyNumbers(profile));
    MOTE_RETURN_IF_ERROR(FitCategories(profile, impute, &column));
  } else {
    Omit("holds text, and one_hot does not name it", &column);
  }
  // Also of what makes no feature: the rows to learn from were chosen before it was known.
  if (column.kind == ColumnKind::kOmitted) {
    column.drops_missing = impute.how == Impute::kDrop && !options.Drops(column.name);
  }
  return column;
}

void NameFeatures(const FittedColumn& column, std::vector<std::string>* features) {
  if (column.kind == ColumnKind::kNumber || column.kind == ColumnKind::kOrdinal) features->push_back(column.name);
  if (column.kind == ColumnKind::kCategory) {
    for (const std::string& category : column.categories) features->push_back(column.name + "=" + category);
  }
  for (int64_t i = 0; i < column.buckets; ++i) features->push_back(absl::StrCat(column.name, "#", i));
}

absl::Status MovePositiveLast(const std::string& positive, std::vector<std::string>* classes) {
  const auto found = std::find(classes->begin(), classes->end(), positive);
  if (found == classes->end()) {
    return Invalid(absl::StrCat("positive: \"", positive, "\" is not a class of the label; the classes are ",
                                absl::StrJoin(*classes, ", "), DidYouMean(positive, *classes)));
  }
  if (classes->size() != 2) {
    return Invalid(absl::StrCat("positive: needs two classes, and the label has ", classes->size(), "; leave it out"));
  }
  std::rotate(found, found + 1, classes->end());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FitClasses(const ColumnProfile& profile, const PrepareOptions& options) {
  std::vector<std::string> classes;
  const std::string column = absl::StrCat("label: column \"", std::string(profile.name), "\" ");
  if (profile.values.rung != Rung::kTexts) {
    return Invalid(
        absl::StrCat(column, "has more than ", kTextsMax, " classes in the training rows; name a column of classes"));
  }
  MOTE_RETURN_IF_ERROR(CheckUtf8(profile));
  for (const auto& [text, count] : profile.values.texts) classes.emplace_back(text);
  if (classes.size() < 2) {
    return Invalid(absl::StrCat(column, "has ", classes.empty() ? "no value" : "the one class \"" + classes[0] + "\"",
                                classes.empty() ? "" : " only", " in ", profile.present() + profile.missing,
                                " training rows; a label needs two classes or more: name another column or more rows"));
  }
  if (options.positive.has_value()) MOTE_RETURN_IF_ERROR(MovePositiveLast(*options.positive, &classes));
  return classes;
}

absl::Status NoTrainingRows(const TableProfile& profile, const PrepareOptions& options) {
  const std::string always = options.cleaning.impute.how == Impute::kDrop
                                 ? "; impute: drop leaves out every row with a missing value, so drop the columns that "
                                   "often miss one instead (drop_columns)"
                                 : "; give rows with a label, or a larger split.train";
  return Invalid(absl::StrCat("no training rows are left of ", profile.rows_read, " rows read", always));
}

}  // namespace

absl::StatusOr<std::vector<std::optional<NumberBounds>>> FitAllBounds(const TableProfile& profile,
                                                                      const PrepareOptions& options) {
  if (profile.training_rows == 0) return NoTrainingRows(profile, options);
  std::vector<std::optional<NumberBounds>> all;
  for (const ColumnProfile& column : profile.columns) {
    MOTE_ASSIGN_OR_RETURN(std::optional<NumberBounds> bounds, FitBounds(column, options));
    all.push_back(bounds);
  }
  return all;
}

absl::StatusOr<Fitted> Fit(const TableProfile& profile, const PrepareOptions& options,
                           const std::vector<std::optional<NumberBounds>>& bounds) {
  if (profile.training_rows == 0) return NoTrainingRows(profile, options);
  Fitted fitted;
  fitted.label = options.label;
  fitted.training_rows = profile.training_rows;
  fitted.outliers = options.cleaning.outliers.fate;
  for (const ColumnProfile& column : profile.columns) {
    if (column.name == options.label) {
      MOTE_ASSIGN_OR_RETURN(fitted.classes, FitClasses(column, options));
    }
    MOTE_ASSIGN_OR_RETURN(FittedColumn fit, FitColumn(column, options));
    if (fit.kind == ColumnKind::kNumber && !bounds.empty()) fit.bounds = bounds.at(fitted.columns.size());
    fit.first_feature = static_cast<int64_t>(fitted.features.size());
    NameFeatures(fit, &fitted.features);
    fitted.columns.push_back(std::move(fit));
  }
  if (!fitted.features.empty()) return fitted;
  return Invalid("no column is left to learn from: all but the label are dropped or empty; take some off drop_columns");
}

}  // namespace mote
