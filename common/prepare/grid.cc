#include "common/prepare/grid.h"

#include <algorithm>
#include <string>
#include <utility>

namespace mote {
namespace {

constexpr int kSteps = 10;
// More are no readable picture.
constexpr size_t kCategoriesMax = 20;

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
  for (const double value : values) grid.push_back({value, {column.Scaled(value)}});
  return grid;
}

std::vector<GridPoint> OfCategories(const FittedColumn& column) {
  const std::vector<std::string>& frequent = column.bins.categories;
  const bool all = column.categories.size() <= kCategoriesMax || frequent.empty();
  std::vector<GridPoint> grid;
  for (size_t i = 0; i < column.categories.size() && grid.size() < kCategoriesMax; ++i) {
    const std::string& category = column.categories[i];
    if (!all && std::find(frequent.begin(), frequent.end(), category) == frequent.end()) continue;
    std::vector<float> x(static_cast<size_t>(column.width()), 0.0F);
    if (column.kind == ColumnKind::kOrdinal) {
      x[0] = static_cast<float>(i);
    } else {
      x[i] = 1.0F;
    }
    grid.push_back({category, std::move(x)});
  }
  return grid;
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

}  // namespace mote
