#include "worker/engine/feature_columns.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

constexpr size_t kShownMax = 40;

std::string Summary(const std::vector<std::string>& names) {
  if (names.size() == 1) return names[0];
  return absl::StrCat(names.front(), names.size() > 2 ? " … " : ", ", names.back());
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

absl::StatusOr<float> ParseFloat(std::string_view text, const std::string& column) {
  std::string_view digits = Trim(text);
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  float value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size() && !digits.empty() && std::isfinite(value)) {
    return value;
  }
  const std::string shown(text.substr(0, kShownMax));
  return absl::InvalidArgumentError(absl::StrCat(
      "column \"", column, "\" is ", text.empty() ? "empty" : absl::StrCat("\"", shown, "\""), ", not a number"));
}

}  // namespace

absl::StatusOr<FeatureColumns> FeatureColumns::Find(const Schema& schema, const std::vector<std::string>& names) {
  FeatureColumns found;
  for (const std::string& name : names) {
    const std::optional<size_t> column = schema.Find(name);
    if (!column.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: there is no column \"", name, "\"; the rows have ", schema.ToString()));
    }
    found.columns.push_back(*column);
    found.width += schema.columns[*column].width;
  }
  found.names = names.empty() ? "none" : Summary(names);
  return found;
}

absl::Status AppendRow(const TableView& table, int64_t row, const FeatureColumns& columns, Batch* batch) {
  for (const size_t index : columns.columns) {
    const Column& column = table.schema().columns[index];
    if (column.dtype == DType::kText) {
      MOTE_ASSIGN_OR_RETURN(const float value, ParseFloat(table.Text(row, index), column.name));
      batch->values.push_back(value);
    } else if (column.dtype == DType::kF32) {
      const std::string_view cell = table.Cell(row, index);
      const size_t before = batch->values.size();
      batch->values.resize(before + static_cast<size_t>(column.width));
      std::memcpy(batch->values.data() + before, cell.data(), cell.size());
    } else {
      for (int64_t i = 0; i < column.width; ++i) {
        batch->values.push_back(static_cast<float>(table.Number(row, index, i)));
      }
    }
  }
  ++batch->rows;
  return absl::OkStatus();
}

}  // namespace mote::engine
