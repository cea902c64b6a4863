#include "common/prepare/grid.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/feature_names.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "common/value.h"

namespace mote {
namespace {

constexpr int kSteps = 10;
// More are no readable picture.
constexpr size_t kCategoriesMax = 20;
// Of columns in a message.
constexpr size_t kShownNamesMax = 20;

std::vector<GridPoint> OfNumbers(const FittedColumn& column) {
  std::vector<double> values = {column.min};
  if (column.bins.edges.empty()) {
    for (int i = 1; i < kSteps; ++i) values.push_back(column.min + (column.max - column.min) * i / kSteps);
  } else {
    values.insert(values.end(), column.bins.edges.begin(), column.bins.edges.end());
  }
  values.push_back(column.max);
  // Deciles are of rows with their outliers; the least and the greatest are of those without.
  for (double& value : values) value = std::clamp(value, column.min, column.max);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<GridPoint> grid;
  for (const double value : values) grid.push_back({value, 0, column.Scaled(value)});
  return grid;
}

std::vector<GridPoint> OfCategories(const FittedColumn& column) {
  const std::vector<std::string>& frequent = column.bins.categories;
  const bool all = column.categories.size() <= kCategoriesMax || frequent.empty();
  std::vector<GridPoint> grid;
  for (size_t i = 0; i < column.categories.size() && grid.size() < kCategoriesMax; ++i) {
    const std::string& category = column.categories[i];
    if (!all && std::find(frequent.begin(), frequent.end(), category) == frequent.end()) continue;
    const bool ordinal = column.kind == ColumnKind::kOrdinal;
    grid.push_back({category, ordinal ? 0 : static_cast<int64_t>(i), ordinal ? static_cast<float>(i) : 1.0F});
  }
  return grid;
}

Json ColumnJson(const FittedColumn& column, const std::vector<GridPoint>& grid) {
  Json values = Json::array(), places = Json::array(), x = Json::array();
  for (const GridPoint& point : grid) {
    values.push_back(point.value);
    places.push_back(point.place);
    x.push_back(point.x);
  }
  return {{"name", column.name},     {"kind", Name(column.kind)},   {"first_feature", column.first_feature},
          {"width", column.width()}, {"values", std::move(values)}, {"places", std::move(places)},
          {"x", std::move(x)}};
}

absl::Status CheckGridNames(const Fitted& fitted, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const FittedColumn& column : fitted.columns) {
    if (column.width() > 0) known.push_back(column.name);
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const size_t shown = std::min(known.size(), kShownNamesMax);
    return absl::InvalidArgumentError(absl::StrCat(
        "features: no column \"", name, "\" was made features of", DidYouMean(name, known),
        "; there are: ", absl::StrJoin(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
        shown < known.size() ? absl::StrCat(" and ", known.size() - shown, " more") : ""));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<GridPoint> GridOf(const FittedColumn& column) {
  switch (column.kind) {
    case ColumnKind::kNumber:
      return OfNumbers(column);
    case ColumnKind::kCategory:
    case ColumnKind::kOrdinal:
      return OfCategories(column);
    case ColumnKind::kHashed:
    case ColumnKind::kLabel:
    case ColumnKind::kOmitted:
      return {};
  }
  return {};
}

absl::StatusOr<Json> GridDocument(const Fitted& fitted, const std::vector<std::string>& names) {
  MOTE_RETURN_IF_ERROR(CheckGridNames(fitted, names));
  Json columns = Json::array();
  size_t values = 0;
  for (const FittedColumn& column : fitted.columns) {
    const bool named = std::find(names.begin(), names.end(), column.name) != names.end();
    if (column.width() == 0 || (!names.empty() && !named)) continue;
    const std::vector<GridPoint> grid = GridOf(column);
    if (grid.empty() && !named) continue;
    if (grid.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("features: column \"", column.name, "\" is ", Name(column.kind),
                                                     ", so its values are not known; leave it out"));
    }
    values += grid.size();
    columns.push_back(ColumnJson(column, grid));
  }
  const size_t count = columns.size();
  const size_t unnamed = CarriedFeatures(fitted.features).empty() ? fitted.features.size() : 0;
  Json document{{"classes", fitted.classes}, {"unnamed_features", unnamed}, {"columns", std::move(columns)}};
  const size_t bytes = document.dump().size();
  if (bytes <= static_cast<size_t>(kInlineBytesMax)) return document;
  return absl::InvalidArgumentError(absl::StrCat(
      "features: ", count, " columns have ", values, " values to try, which take ", bytes,
      " bytes to plan with; at most ", kInlineBytesMax, " are allowed: name some of the columns, as features: [a, b]"));
}

}  // namespace mote
