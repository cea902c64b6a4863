#include "client/outputs/row_text.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace mote::client {
namespace {

// "-1.7976931348623157e+308" has 24 characters, "-9223372036854775808" 20.
constexpr int64_t kNumberBytesMax = 24;

bool IsBytes(const Column& column) { return column.dtype == DType::kU8 && column.width > 1; }
bool IsVector(const Column& column) { return column.width > 1 && !IsBytes(column); }

template <class T>
void AppendNumber(const char* at, bool json, std::string* out) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) {
      const char* text = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
      absl::StrAppend(out, json ? "\"" : "", text, json ? "\"" : "");
      return;
    }
  }
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  out->append(text, end);
}

void AppendElement(DType dtype, const char* at, bool json, std::string* out) {
  switch (dtype) {
    case DType::kU8:
      AppendNumber<uint8_t>(at, json, out);
      break;
    case DType::kI64:
      AppendNumber<int64_t>(at, json, out);
      break;
    case DType::kF32:
      AppendNumber<float>(at, json, out);
      break;
    case DType::kF64:
      AppendNumber<double>(at, json, out);
      break;
    case DType::kText:
      break;
  }
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

void AppendCsvText(std::string_view text, std::string* out) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out->append(text);
    return;
  }
  out->push_back('"');
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

std::string JsonText(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

TableFormat FormatOf(const std::string& asked, const Schema& schema) {
  if (asked == "jsonl") return TableFormat::kJsonl;
  const bool record =
      schema.columns.size() == 1 && schema.columns[0].dtype == DType::kText && schema.columns[0].name == "record";
  return asked.empty() && record ? TableFormat::kJsonl : TableFormat::kCsv;
}

RowText::RowText(Schema schema, TableFormat format) : schema_(std::move(schema)), format_(format) {
  is_record_ = format_ == TableFormat::kJsonl && schema_.columns.size() == 1 &&
               schema_.columns[0].dtype == DType::kText && schema_.columns[0].name == "record";
}

std::string RowText::Header() const {
  if (format_ == TableFormat::kJsonl || schema_.columns.empty()) return "";
  std::string line;
  for (const Column& column : schema_.columns) {
    const int64_t cells = IsVector(column) ? column.width : 1;
    for (int64_t i = 0; i < cells; ++i) {
      if (!line.empty()) line += ',';
      AppendCsvText(IsVector(column) ? absl::StrCat(column.name, ".", i) : column.name, &line);
    }
  }
  return line + "\n";
}

void RowText::Append(const TableView& rows, int64_t row, std::string* out) const {
  if (is_record_) {
    out->append(rows.Text(row, 0));
  } else if (format_ == TableFormat::kJsonl) {
    AppendJson(rows, row, out);
  } else {
    AppendCsv(rows, row, out);
  }
  out->push_back('\n');
}

void RowText::AppendCsv(const TableView& rows, int64_t row, std::string* out) const {
  bool first = true;
  for (size_t c = 0; c < schema_.columns.size(); ++c) {
    const Column& column = schema_.columns[c];
    const std::string_view cell = rows.Cell(row, c);
    const int64_t cells = IsVector(column) ? column.width : 1;
    for (int64_t i = 0; i < cells; ++i) {
      if (!first) out->push_back(',');
      first = false;
      if (column.dtype == DType::kText) {
        AppendCsvText(cell, out);
      } else if (IsBytes(column)) {
        out->append(Hex(cell));
      } else {
        AppendElement(column.dtype, cell.data() + i * ElementBytes(column.dtype), false, out);
      }
    }
  }
}

void RowText::AppendJson(const TableView& rows, int64_t row, std::string* out) const {
  out->push_back('{');
  for (size_t c = 0; c < schema_.columns.size(); ++c) {
    const Column& column = schema_.columns[c];
    const std::string_view cell = rows.Cell(row, c);
    if (c > 0) out->append(", ");
    absl::StrAppend(out, JsonText(column.name), ": ");
    if (column.dtype == DType::kText) {
      out->append(JsonText(cell));
    } else if (IsBytes(column)) {
      absl::StrAppend(out, "\"", Hex(cell), "\"");
    } else {
      if (IsVector(column)) out->push_back('[');
      for (int64_t i = 0; i < column.width; ++i) {
        if (i > 0) out->append(", ");
        AppendElement(column.dtype, cell.data() + i * ElementBytes(column.dtype), true, out);
      }
      if (IsVector(column)) out->push_back(']');
    }
  }
  out->push_back('}');
}

std::optional<int64_t> RowText::LineBytesMax() const {
  int64_t bytes = 4;  // braces, newline
  for (const Column& column : schema_.columns) {
    if (column.dtype == DType::kText) return std::nullopt;
    bytes += static_cast<int64_t>(JsonText(column.name).size()) + 8;
    bytes += IsBytes(column) ? 2 * column.width : (kNumberBytesMax + 4) * column.width;
  }
  return bytes;
}

}  // namespace mote::client
