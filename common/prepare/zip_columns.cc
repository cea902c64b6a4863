#include "common/prepare/zip_columns.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/cell.h"
#include "common/prepare/invalid.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "common/table.h"

namespace mote {
namespace {

constexpr DType kTypes[] = {DType::kU8, DType::kI64, DType::kF32, DType::kF64};

absl::StatusOr<DType> ParseType(const std::string& column, const Json& value) {
  MOTE_ASSIGN_OR_RETURN(const std::string text, ScalarText(value, absl::StrCat("types.", column)));
  for (const DType type : kTypes) {
    if (Name(type) == text) return type;
  }
  return Invalid(absl::StrCat("types.", column, ": \"", text, "\" is not u8, i64, f32 or f64"));
}

// Every column that a parameter names has to be there.
template <class Value>
absl::Status CheckNamed(const std::map<std::string, Value>& named, const Schema& schema, const char* parameter,
                        const char* table) {
  for (const auto& [name, value] : named) {
    if (schema.Find(name)) continue;
    std::vector<std::string> known;
    for (const Column& column : schema.columns) known.push_back(column.name);
    return Invalid(absl::StrCat(parameter, ": ", table, " has no column \"", name, "\"", DidYouMean(name, known)));
  }
  return absl::OkStatus();
}

absl::Status NotOfType(double value, const Column& to) {
  return Invalid(absl::StrCat("column \"", to.name, "\": ", value, " is no number of ", std::string(Name(to.dtype))));
}

absl::Status AppendNumber(double value, const Column& to, ByteWriter& writer) {
  const bool is_whole = value == std::floor(value);
  switch (to.dtype) {
    case DType::kU8:
      if (!is_whole || value < 0 || value > 255) return NotOfType(value, to);
      writer.Put(static_cast<uint8_t>(value));
      return absl::OkStatus();
    case DType::kI64:
      if (!is_whole || value < -0x1p63 || value >= 0x1p63) return NotOfType(value, to);
      writer.Put(static_cast<int64_t>(value));
      return absl::OkStatus();
    case DType::kF32:
      if (std::isfinite(value) && std::fabs(value) > std::numeric_limits<float>::max()) return NotOfType(value, to);
      writer.Put(static_cast<float>(value));
      return absl::OkStatus();
    case DType::kF64:
    case DType::kText:
      break;
  }
  writer.Put(value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ZipOptions> ZipOptions::Parse(const Json& parameters) {
  const Params params(parameters);
  ZipOptions options;
  for (const auto& [column, name] : params.Find("rename")->items()) {
    MOTE_ASSIGN_OR_RETURN(options.rename[column], ScalarText(name, absl::StrCat("rename.", column)));
    if (options.rename[column].empty()) return Invalid(absl::StrCat("rename.", column, ": a column needs a name"));
  }
  for (const auto& [column, type] : params.Find("types")->items()) {
    MOTE_ASSIGN_OR_RETURN(options.types[column], ParseType(column, type));
  }
  for (const auto& [column, divisor] : params.Find("divide")->items()) {
    const double value = divisor.is_number() ? divisor.get<double>() : 0;
    if (value == 0 || !std::isfinite(value)) {
      return Invalid(absl::StrCat("divide.", column, ": is no number other than 0"));
    }
    options.divide[column] = value;
  }
  return options;
}

absl::StatusOr<ZipColumns> ZipColumns::Of(const Schema& left, const Schema& right, const ZipOptions& options) {
  MOTE_RETURN_IF_ERROR(CheckNamed(options.rename, right, "rename", "`with`"));
  ZipColumns zipped;
  zipped.schema = left;
  for (Column column : right.columns) {
    if (const auto renamed = options.rename.find(column.name); renamed != options.rename.end()) {
      column.name = renamed->second;
    }
    zipped.schema.columns.push_back(std::move(column));
  }
  std::set<std::string> names;
  for (const Column& column : zipped.schema.columns) {
    if (names.insert(column.name).second) continue;
    return Invalid(absl::StrCat("two columns are called \"", column.name,
                                "\"; give those of `with` other names: rename: {COLUMN: NAME}"));
  }
  MOTE_RETURN_IF_ERROR(CheckNamed(options.types, zipped.schema, "types", "the result"));
  MOTE_RETURN_IF_ERROR(CheckNamed(options.divide, zipped.schema, "divide", "the result"));
  for (Column& column : zipped.schema.columns) {
    const auto type = options.types.find(column.name);
    const auto divisor = options.divide.find(column.name);
    zipped.divisors.push_back(divisor == options.divide.end() ? 1 : divisor->second);
    if (type == options.types.end() && divisor == options.divide.end()) continue;
    const DType to = type == options.types.end() ? DType::kF32 : type->second;
    if (to == column.dtype && zipped.divisors.back() == 1) continue;
    column.dtype = to;
    column.classes.clear();
  }
  return zipped;
}

absl::Status AppendZipped(std::string_view cell, const Column& from, const Column& to, double divisor,
                          std::string* row) {
  ByteWriter writer(row);
  if (from.dtype == to.dtype && divisor == 1) {
    if (from.dtype == DType::kText) {
      writer.PutString(cell);
    } else {
      writer.PutRaw(cell);
    }
    return absl::OkStatus();
  }
  if (from.dtype == DType::kText) {
    const std::string_view text = Trim(cell);
    int64_t whole = 0;  // not every one is a double
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (to.dtype == DType::kI64 && divisor == 1 && error == std::errc() && end == text.data() + text.size()) {
      writer.Put(whole);
      return absl::OkStatus();
    }
    const std::optional<double> number = ParseNumber(text);
    if (number) return AppendNumber(*number / divisor, to, writer);
    return Invalid(absl::StrCat("column \"", to.name, "\": \"", std::string(cell.substr(0, 100)), "\" is no number"));
  }
  for (int64_t i = 0; i < from.width; ++i) {
    MOTE_RETURN_IF_ERROR(AppendNumber(NumberAt(cell, from.dtype, i) / divisor, to, writer));
  }
  return absl::OkStatus();
}

}  // namespace mote
