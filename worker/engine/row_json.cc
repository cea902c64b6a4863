#include "worker/engine/row_json.h"

#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace mote::engine {
namespace {

// Columns stay in their order.
using OrderedJson = nlohmann::ordered_json;

OrderedJson Element(std::string_view cell, DType dtype, int64_t i) {
  const char* const at = cell.data() + i * ElementBytes(dtype);
  const auto load = [at](auto value) {
    std::memcpy(&value, at, sizeof(value));
    return value;
  };
  switch (dtype) {
    case DType::kU8:
      return load(uint8_t{});
    case DType::kI64:
      return load(int64_t{});
    case DType::kF32:
      return load(float{});
    case DType::kF64:
      return load(double{});
    case DType::kText:
      break;
  }
  return nullptr;
}

OrderedJson Cell(std::string_view cell, const Column& column) {
  if (column.dtype == DType::kText) return std::string(cell);
  if (column.width == 1) return Element(cell, column.dtype, 0);
  OrderedJson list = OrderedJson::array();
  for (int64_t i = 0; i < column.width; ++i) list.push_back(Element(cell, column.dtype, i));
  return list;
}

}  // namespace

absl::StatusOr<std::string> RowToJson(const TableView& table, int64_t index, int64_t row, DatasetFormat format) {
  const std::vector<Column>& columns = table.schema().columns;
  if (format == DatasetFormat::kJsonl) {
    std::string line(table.Text(index, 0));
    if (nlohmann::json::accept(line)) return line;
    return absl::InvalidArgumentError(absl::StrCat("row ", row, " is not JSON: ", line.substr(0, 200)));
  }
  OrderedJson object = OrderedJson::object();
  for (size_t c = 0; c < columns.size(); ++c) {
    object[columns[c].name] = Cell(table.Cell(index, c), columns[c]);
  }
  try {
    return object.dump();
  } catch (const OrderedJson::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("row ", row, " cannot be written as JSON: ", error.what(), "; store the input as UTF-8"));
  }
}

}  // namespace mote::engine
