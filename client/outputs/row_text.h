// Rows of a table as lines of CSV or JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/schema.h"
#include "common/table.h"

namespace mote::client {

enum class TableFormat { kCsv, kJsonl };

// What an output is written as: "csv" and "jsonl" as asked; empty is csv, but jsonl
// for a table whose only column is text called "record".
TableFormat FormatOf(const std::string& asked, const Schema& schema);

// CSV (RFC 4180): numbers as the shortest text that reads back to the same value, a
// vector `x` as columns x.0, x.1, …, bytes as one column of hexadecimal digits.
// JSON: an object a line, vectors as lists, bytes as hexadecimal text, NaN and
// infinities as text; the lone column `record` as it is.
class RowText {
 public:
  RowText(Schema schema, TableFormat format);

  // The first line of every shard; empty for JSON and for a table without columns.
  std::string Header() const;
  void Append(const TableView& rows, int64_t row, std::string* out) const;
  // Bytes that no line exceeds; nullopt when text makes them unbounded.
  std::optional<int64_t> LineBytesMax() const;

 private:
  void AppendCsv(const TableView& rows, int64_t row, std::string* out) const;
  void AppendJson(const TableView& rows, int64_t row, std::string* out) const;

  Schema schema_;
  TableFormat format_;
  bool is_record_;  // JSON: the line is the only cell
};

}  // namespace mote::client
