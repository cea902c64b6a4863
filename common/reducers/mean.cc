#include "common/reducers/mean.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"

namespace mote {
namespace {

// Takes the first value off `values` as a double.
template <class T>
double Next(std::string_view& values) {
  T value;
  std::memcpy(&value, values.data(), sizeof(value));
  values.remove_prefix(sizeof(value));
  return static_cast<double>(value);
}

}  // namespace

MeanReducer::MeanReducer(std::string weight_column)
    : SumReducer(weight_column.empty() ? "mean" : "weighted_mean", weight_column) {}

Table MeanReducer::FinishTable(const NumericPartial& partial) const {
  Table table{partial.schema, 1, {}};
  const double weight = static_cast<double>(partial.weight);
  std::string_view integers = partial.integers, floats = partial.floats;
  for (Column& column : table.schema.columns) {
    for (int64_t i = 0; i < column.width; ++i) {
      const double sum = column.dtype == DType::kI64 ? Next<int64_t>(integers) : Next<double>(floats);
      const double mean = sum / weight;
      table.bytes.append(reinterpret_cast<const char*>(&mean), sizeof(mean));
    }
    column.dtype = DType::kF64;
  }
  return table;
}

absl::StatusOr<std::vector<double>> MeanReducer::MeansOf(std::string_view root, std::string_view column) const {
  MOTE_ASSIGN_OR_RETURN(const NumericPartial partial, Read(root));
  const std::optional<size_t> place = partial.schema.Find(std::string(column));
  if (!place || partial.weight == 0) {
    return absl::InvalidArgumentError(absl::StrCat("mean: no rows with a column \"", std::string(column), "\""));
  }
  const Table means = FinishTable(partial);
  std::string_view values = means.bytes;
  for (size_t i = 0; i < *place; ++i)
    values.remove_prefix(static_cast<size_t>(means.schema.columns[i].width) * sizeof(double));
  std::vector<double> of_column;
  for (int64_t i = 0; i < means.schema.columns[*place].width; ++i) of_column.push_back(Next<double>(values));
  return of_column;
}

ReducerEntry MeanEntry() {
  return {
      .description = {.name = "mean",
                      .summary = "The mean of each numeric column over all rows, element by element: a table of one "
                                 "row, f64",
                      .parameters = {},
                      .bound = "8 bytes a value"},
      .make_rows = [](const Json&) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
        return std::make_unique<MeanReducer>("");
      }};
}

ReducerEntry WeightedMeanEntry() {
  return {
      .description = {.name = "weighted_mean",
                      .summary = "The mean of each numeric column, rows weighted by an integer column: a table of one "
                                 "row, f64",
                      .parameters = {{.name = "weight",
                                      .kind = Parameter::Kind::kText,
                                      .default_value = "",
                                      .optional = false,
                                      .summary = "column of integer weights, 0 or more"}},
                      .bound = "8 bytes a value"},
      .make_rows = [](const Json& parameters) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
        std::string weight = Params(parameters).Text("weight");
        if (weight.empty()) {
          return absl::InvalidArgumentError("reducer \"weighted_mean\": weight: name a column of integers");
        }
        return std::make_unique<MeanReducer>(std::move(weight));
      }};
}

}  // namespace mote
