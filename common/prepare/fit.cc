#include "common/prepare/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "common/utf8.h"

namespace mote {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// The number at position `rank` of all, in their order.
double OrderStatistic(const ValueCounts& values, int64_t rank) {
  for (const auto& [key, count] : values.numbers) {
    if (rank < count) return KeyNumber(key, values.shift);
    rank -= count;
  }
  return KeyNumber(values.numbers.back().first, values.shift);
}

double Median(const ValueCounts& values, int64_t count) {
  const double low = OrderStatistic(values, (count - 1) / 2);
  return count % 2 == 1 ? low : low + (OrderStatistic(values, count / 2) - low) / 2;
}

// The most frequent entry; the smallest of several.
template <class Entries>
const auto& Mode(const Entries& entries) {
  return std::max_element(entries.begin(), entries.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

// What missing numbers of the column become.
absl::Status FitImputation(const ColumnProfile& profile, Impute impute, FittedColumn* column) {
  column->impute_number = profile.numbers.mean;
  if (impute == Impute::kMean || impute == Impute::kDrop) return absl::OkStatus();
  ValueCounts values = profile.values;
  values.ToNumbers();
  column->approximate = !values.exact();
  if (values.rung == Rung::kNone) {
    if (profile.missing == 0) return absl::OkStatus();  // the mean will do for other splits, and is marked
    return Invalid(absl::StrCat("column \"", column->name, "\" has ", profile.missing,
                                " missing values, and its distinct values do not fit beside those of ",
                                "so many columns; set impute: mean or drop"));
  }
  column->impute_number =
      impute == Impute::kMedian ? Median(values, profile.numbers.count) : KeyNumber(Mode(values.numbers), values.shift);
  return absl::OkStatus();
}

absl::Status FitNumber(const ColumnProfile& profile, const PrepareOptions& options, FittedColumn* column) {
  column->kind = ColumnKind::kNumber;
  column->min = profile.numbers.min;
  column->max = profile.numbers.max;
  MOTE_RETURN_IF_ERROR(FitImputation(profile, options.impute, column));
  Moments all = profile.numbers;
  const Moments imputed{profile.missing, column->impute_number, 0, column->impute_number, column->impute_number};
  if (options.impute != Impute::kDrop) all.Merge(imputed);
  column->mean = all.mean;
  column->std = std::sqrt(all.m2 / static_cast<double>(all.count));
  const double largest = std::max(std::abs(column->min), std::abs(column->max));
  const bool fits = options.z_score || largest <= std::numeric_limits<float>::max();  // x is f32
  if (fits && std::isfinite(column->mean) && std::isfinite(column->std)) return absl::OkStatus();
  return Invalid(absl::StrCat("column \"", column->name, "\": its numbers reach from ", column->min, " to ",
                              column->max, ", too large to compute with; add it to drop_columns"));
}

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

absl::Status FitCategories(const ColumnProfile& profile, FittedColumn* column) {
  column->kind = ColumnKind::kCategory;
  if (profile.values.rung != Rung::kTexts) {
    const std::string mixed = profile.numbers.count == 0
                                  ? ""
                                  : absl::StrCat(", ", profile.not_numbers, " of ", profile.present(),
                                                 " are no finite numbers: name their text in `missing`, or");
    return Invalid(absl::StrCat("column \"", column->name,
                                "\" has too many distinct values to one-hot encode (at most ", kTextsMax, ")",
                                mixed.empty() ? ";" : mixed, " add it to drop_columns"));
  }
  MOTE_RETURN_IF_ERROR(CheckUtf8(profile));
  for (const auto& [text, count] : profile.values.texts) column->categories.emplace_back(text);
  column->impute_text = std::string(Mode(profile.values.texts));
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
  if (column.name == options.label) {
    column.kind = ColumnKind::kLabel;
  } else if (options.Drops(column.name)) {
    Omit("named in drop_columns", &column);
  } else if (profile.present() == 0) {
    Omit("has no value in the training rows", &column);
  } else if (options.OneHotNames(column.name)) {
    MOTE_RETURN_IF_ERROR(FitCategories(profile, &column));
  } else if (profile.numeric()) {
    MOTE_RETURN_IF_ERROR(FitNumber(profile, options, &column));
  } else if (options.one_hot == OneHot::kAuto) {
    MOTE_RETURN_IF_ERROR(CheckFinite(profile));
    MOTE_RETURN_IF_ERROR(FitCategories(profile, &column));
  } else {
    Omit("holds text, and one_hot does not name it", &column);
  }
  return column;
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
  const std::string always = options.impute == Impute::kDrop
                                 ? "; impute: drop leaves out every row with a missing value, so drop the columns that "
                                   "often miss one instead (drop_columns)"
                                 : "; give rows with a label, or a larger split.train";
  return Invalid(absl::StrCat("no training rows are left of ", profile.rows_read, " rows read", always));
}

}  // namespace

absl::StatusOr<Fitted> Fit(const TableProfile& profile, const PrepareOptions& options) {
  if (profile.training_rows == 0) return NoTrainingRows(profile, options);
  Fitted fitted;
  fitted.label = options.label;
  fitted.training_rows = profile.training_rows;
  for (const ColumnProfile& column : profile.columns) {
    if (column.name == options.label) {
      MOTE_ASSIGN_OR_RETURN(fitted.classes, FitClasses(column, options));
    }
    MOTE_ASSIGN_OR_RETURN(FittedColumn fit, FitColumn(column, options));
    fit.first_feature = static_cast<int64_t>(fitted.features.size());
    if (fit.kind == ColumnKind::kNumber) fitted.features.push_back(fit.name);
    if (fit.kind == ColumnKind::kCategory) {
      for (const std::string& category : fit.categories) fitted.features.push_back(fit.name + "=" + category);
    }
    fitted.columns.push_back(std::move(fit));
  }
  if (!fitted.features.empty()) return fitted;
  return Invalid("no column is left to learn from: all but the label are dropped or empty; take some off drop_columns");
}

}  // namespace mote
